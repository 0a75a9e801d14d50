"""Tenants as files: `provision` makes the server as a file says, `export` writes such a file."""

from ciam.provisioning.export import export
from ciam.provisioning.reading.problems import InvalidFile
from ciam.provisioning.rows.work import Report
from ciam.provisioning.run import configure, provision

__all__ = ["InvalidFile", "Report", "configure", "export", "provision"]
