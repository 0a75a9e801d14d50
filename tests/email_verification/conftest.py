from tests.servers import rig, running_rig

__all__ = ["rig", "running_rig"]
