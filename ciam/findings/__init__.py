"""What is dead or doubtful in the configuration of tenants, each thing with its cure; see docs/checks.md."""

from ciam.findings.finding import Finding
from ciam.findings.search import deadly, errors_of, find

__all__ = ["Finding", "deadly", "errors_of", "find"]
