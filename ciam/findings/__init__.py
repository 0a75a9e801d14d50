"""What is dead or doubtful in the configuration of tenants, each thing with its cure; see docs/checks.md."""

from ciam.findings.finding import Finding
from ciam.findings.search import errors_of, find

__all__ = ["Finding", "errors_of", "find"]
