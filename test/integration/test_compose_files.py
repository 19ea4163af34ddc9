"""What can be read off the compose files without an engine; test/docker runs them."""
import pytest
import yaml

from support.paths import ROOT

FILES = sorted((ROOT / "docker").glob("docker-compose*.yml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_database_s_data_are_in_its_volume_with_any_postgres_image(path):
    """
    Images of PostgreSQL 18 and later have another default, /var/lib/postgresql/18/docker, and refuse to start if a volume is
    mounted at the old one (docker-library/postgres, pull request 1259): so the place is named.
    """
    for name, service in yaml.safe_load(path.read_text())["services"].items():
        for volume in service.get("volumes", []):
            source, _, target = str(volume).partition(":")
            if source.endswith("postgres_data") or source == "demo_data":
                assert service["environment"].get("PGDATA") == target, name
