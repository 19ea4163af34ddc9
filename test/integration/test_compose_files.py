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
    assert set(addresses) == {"registry-bot", "outreach-daemon", "oauth"}
    for name, address in addresses.items():
        assert address.startswith("postgresql://salesreg_worker:"), name
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def services_of(name):
    return yaml.safe_load((ROOT / "docker" / name).read_text())["services"]


def test_calendars_are_of_a_profile_and_each_process_is_given_what_it_reads_of_them():
    services = services_of("docker-compose.yml")
    assert [name for name, service in services.items() if "profiles" in service] == ["oauth"]
    assert services["oauth"]["profiles"] == ["calendar"]
    secret = {"GOOGLE_CLIENT_SECRET", "TOKEN_ENCRYPTION_KEY"}
    links = {"GOOGLE_CLIENT_ID", "OAUTH_PUBLIC_URL"}
    assert secret | links | {"CALENDAR_ACCOUNT", "OAUTH_LISTEN"} <= set(services["oauth"]["environment"])
    assert links <= set(services["registry-bot"]["environment"]), "or it says that calendars are off"
    for name in ("registry-bot", "outreach-daemon"):
        assert not secret & set(services[name]["environment"]), name
    single = services_of("docker-compose.single.yml")
    assert secret | links | {"CALENDAR_ACCOUNT", "OAUTH_LISTEN"} <= set(single["salesreg"]["environment"])
    assert not (secret | links) & set(single["demo"]["environment"]), "the demo would call Google"


@pytest.mark.parametrize("name, service", [("docker-compose.yml", "oauth"), ("docker-compose.single.yml", "salesreg")])
def test_the_port_that_is_published_is_the_one_listened_at(name, service):
    service = services_of(name)[service]
    port, = service["ports"]
    assert port == "127.0.0.1:${OAUTH_PORT:-8080}:8080"
    assert service["environment"]["OAUTH_LISTEN"] == "0.0.0.0:8080"


@pytest.mark.parametrize("overlay", ["roles", "secrets", "authority"])
def test_an_overlay_for_the_bot_is_one_for_the_calendar(overlay):
    services = services_of(f"docker-compose.{overlay}.yml")
    assert {"registry-bot", "oauth"} <= set(services)
    for setting, given in services["registry-bot"]["environment"].items():
        if not setting.startswith("REGISTRY_BOT_TOKEN"):
            assert services["oauth"]["environment"][setting] == given, setting


def test_secret_files_are_those_that_services_name():
    overlay = yaml.safe_load((ROOT / "docker" / "docker-compose.secrets.yml").read_text())
    for name, service in overlay["services"].items():
        files = [value for key, value in service["environment"].items() if key.endswith("_FILE")]
        assert sorted(files) == sorted(f"/run/secrets/{secret}" for secret in service["secrets"]), name
    assert set(overlay["secrets"]) == {secret for service in overlay["services"].values() for secret in service["secrets"]}
