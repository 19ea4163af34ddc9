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


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_port_is_published_beyond_this_machine(path):
    """The example's password is behind one of them, and the emulator behind another."""
    for name, service in yaml.safe_load(path.read_text())["services"].items():
        assert service.get("network_mode") != "host", name
        for port in service.get("ports", []):
            assert str(port).startswith("127.0.0.1:"), f"{name}: {port}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_service_is_confined(path):
    for name, service in yaml.safe_load(path.read_text())["services"].items():
        if "image" not in service:
            continue  # of an overlay: more of a service of docker-compose.yml
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["pids_limit"] > 0 and service["mem_limit"], name
        # what the entrypoint of the PostgreSQL images needs to make the volume its user's, and to become that user
        assert set(service.get("cap_add", [])) <= {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}, name


def test_with_two_roles_only_the_container_that_migrates_has_the_owners_address():
    services = yaml.safe_load((ROOT / "docker" / "docker-compose.roles.yml").read_text())["services"]
    addresses = {name: service["environment"]["DATABASE_URL"] for name, service in services.items()}
    assert addresses.pop("migrate").startswith("postgresql://sales_agent:")
    assert set(addresses) == {"registry-bot", "outreach-daemon"}
    for name, address in addresses.items():
        assert address.startswith("postgresql://salesreg_worker:"), name
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
