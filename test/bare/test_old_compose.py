"""Debian's own docker-compose is the old 1.29: it must understand our files."""
import pytest

pytestmark = pytest.mark.timeout(900)


@pytest.mark.parametrize("files", ["-f docker/docker-compose.yml", "-f docker/docker-compose.single.yml",
                                   "-f docker/docker-compose.yml -f docker/docker-compose.secrets.yml"])
def test_debians_docker_compose_accepts_the_files(bare, tmp_path, files):
    code, text = bare.run("env DEBIAN_FRONTEND=noninteractive sh -c \"command -v docker-compose >/dev/null || (apt-get -q update &&"
                          f" apt-get -q install -y --no-install-recommends docker-compose) >/dev/null; docker-compose {files} config\"",
                          tmp_path / "log", 600)
    assert code == 0, text[-3000:]
    assert "telegram-agent-db" in text and "service_healthy" in text
