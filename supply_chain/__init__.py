"""What the server is made of: its locks, the versions below which they may not go, the SBOM and the scan."""
