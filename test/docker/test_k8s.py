"""
docker/k8s: the manifests are what the API's own types say, as far as can be had without a cluster; and two replicas a role
behave as promised there, in containers given exactly what the manifests give them.
"""
import json
import re

import pytest
import yaml

import engine
from engine import PASSWORD, TOKEN, docker, healthy, logs, value
from support.database import tables
from support.paths import ROOT
from support.waiting import eventually

K8S = ROOT / "docker" / "k8s"
DOCUMENTS = [d for path in sorted(K8S.rglob("*.yaml")) for d in yaml.safe_load_all(path.read_text())]


def of_kind(kind):
    return {d["metadata"]["name"]: d for d in DOCUMENTS if d["kind"] == kind}


def test_the_manifests_are_valid_against_the_api_s_types():
    client = pytest.importorskip("kubernetes.client", reason="NO python3-kubernetes: manifests are not validated")
    types = {"ConfigMap": "V1ConfigMap", "Deployment": "V1Deployment", "PodDisruptionBudget": "V1PodDisruptionBudget",
             "NetworkPolicy": "V1NetworkPolicy", "Service": "V1Service"}
    api = client.ApiClient()

    class Answer:
        def __init__(self, data):
            self.data = json.dumps(data)

    def same(given, understood, where):
        """Nothing was dropped: a member the types do not know would be."""
        if isinstance(given, dict):
            for key in given:
                assert key in understood, f"{where}.{key} is unknown to the API"
                same(given[key], understood[key], f"{where}.{key}")
        elif isinstance(given, list):
            assert len(given) == len(understood), where
            for i, item in enumerate(given):
                same(item, understood[i], f"{where}[{i}]")
        else:
            assert given == understood, where

    for document in DOCUMENTS:
        name = types[document["kind"]]
        if not hasattr(client, name):
            name = name.replace("V1Pod", "V1beta1Pod")  # older client, same members
        same(document, api.sanitize_for_serialization(api.deserialize(Answer(document), name)),
             f"{document['kind']} {document['metadata']['name']}")


def test_each_role_has_two_replicas_probes_a_budget_and_no_privileges():
    deployments, budgets = of_kind("Deployment"), of_kind("PodDisruptionBudget")
    assert set(deployments) == set(budgets) == {"salesreg-bot", "salesreg-outreach", "salesreg-oauth"}
    settings = of_kind("ConfigMap")["salesreg"]["data"]
    for name, d in deployments.items():
        pod = d["spec"]["template"]
        assert d["spec"]["replicas"] == 2
        assert d["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        assert budgets[name]["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        container, = pod["spec"]["containers"]
        assert container["livenessProbe"]["exec"]["command"] == ["/usr/local/bin/salesreg", "healthcheck", *container["args"]], \
            "not through a listener that others reach"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        port = next(p["containerPort"] for p in container["ports"] if p["name"] == "metrics")
        assert settings["METRICS_LISTEN"].endswith(f":{port}")
        assert [c["args"] for c in pod["spec"]["initContainers"]] == [["migrate"]]
        for c in [container, *pod["spec"]["initContainers"]]:
            assert c["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                            "capabilities": {"drop": ["ALL"]}}
        assert pod["spec"]["securityContext"]["runAsNonRoot"]


def test_only_prometheus_gets_to_the_pods():
    policy = of_kind("NetworkPolicy")["salesreg"]
    for d in of_kind("Deployment").values():
        assert policy["spec"]["podSelector"]["matchLabels"].items() <= d["spec"]["template"]["metadata"]["labels"].items()
        ports = [p["containerPort"] for p in d["spec"]["template"]["spec"]["containers"][0]["ports"] if p["name"] != "pages"]
        assert [p["port"] for rule in policy["spec"]["ingress"] for p in rule["ports"]] == ports
    assert policy["spec"]["policyTypes"] == ["Ingress"]
    assert all(rule["from"] for rule in policy["spec"]["ingress"])


def test_the_pages_of_the_calendar_are_reached_by_their_service_from_the_ingress_alone():
    oauth = of_kind("Deployment")["salesreg-oauth"]["spec"]["template"]
    container, = oauth["spec"]["containers"]
    port = next(p["containerPort"] for p in container["ports"] if p["name"] == "pages")
    assert {"name": "OAUTH_LISTEN", "value": f"0.0.0.0:{port}"} in container["env"]
    service = of_kind("Service")["salesreg-oauth"]["spec"]
    assert service["selector"].items() <= oauth["metadata"]["labels"].items()
    assert [p["targetPort"] for p in service["ports"]] == ["pages"]
    policy = of_kind("NetworkPolicy")["salesreg-oauth"]["spec"]
    assert policy["podSelector"]["matchLabels"] == service["selector"], "of no other pod"
    rule, = policy["ingress"]
    assert rule["from"] and [p["port"] for p in rule["ports"]] == [port]


def test_only_the_calendar_has_its_secret_and_those_without_calendars_apply_nothing_of_it():
    for name, d in of_kind("Deployment").items():
        container, = d["spec"]["template"]["spec"]["containers"]
        secrets = [source["secretRef"]["name"] for source in container["envFrom"] if "secretRef" in source]
        assert ("salesreg-calendar" in secrets) == (name == "salesreg-oauth"), name
    # kubectl apply -f does not look into directories below
    assert not [path for path in K8S.glob("*.yaml") if "salesreg-oauth" in path.read_text()]


def test_every_setting_is_a_variable_of_ours(image):
    known = docker("run", "--rm", image, "help").stdout
    for key in of_kind("ConfigMap")["salesreg"]["data"]:
        assert re.search(rf"^  {key}\b", known, re.M), f"{key} is no variable of ours"


def test_what_config_yaml_offers_for_the_road_is_ours_and_its_file_is_mounted(image):
    """Lines to be uncommented: names of variables, and a path inside the volume that bot and oauth mount."""
    offered = dict(re.findall(r"^  # (\w+): (\S+)$", (K8S / "config.yaml").read_text(), re.M))
    assert set(offered) == {"https_proxy", "no_proxy", "SSL_CERT_FILE", "GOOGLE_CLIENT_ID", "OAUTH_PUBLIC_URL"}
    known = docker("run", "--rm", image, "help").stdout
    for key in offered:
        assert re.search(rf"^  {key}\b", known, re.M), f"{key} is no variable of ours"
    for name in ("salesreg-bot", "salesreg-oauth"):
        pod = of_kind("Deployment")[name]["spec"]["template"]["spec"]
        mount = next(m for m in pod["containers"][0]["volumeMounts"] if m["name"] == "authority")
        volume = next(v for v in pod["volumes"] if v["name"] == "authority")
        assert offered["SSL_CERT_FILE"] == f"{mount['mountPath']}/authority.pem"
        assert volume["configMap"]["optional"], "a pod without such a ConfigMap starts, too"


# the behaviour --------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def replicas(compose, telegram, image, tmp_path_factory):
    stack = compose("docker-compose.yml")
    stack("up", "-d", "postgres")
    healthy("telegram-agent-db")
    page = telegram()
    settings = {**of_kind("ConfigMap")["salesreg"]["data"], "REGISTRY_BOT_TOKEN": TOKEN,
                "DATABASE_URL": f"postgresql://sales_agent:{PASSWORD}@postgres:5432/sales_agent",
                "TELEGRAM_API_BASE": "http://telegram:8081", "ALLOW_PLAIN_HTTP": "true", "TELEGRAM_CHAT_RATE_LIMIT": "0"}
    environment = [arg for k, v in settings.items() for arg in ("-e", f"{k}={v}")]
    names = []

    def pod(role, number):
        """As the manifest describes it, the init container first."""
        name = f"salesreg-test-{role}-{number}"
        confined = ["--network", engine.NETWORK, "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
                    "--label", f"com.docker.compose.project={engine.PROJECT}", "--no-healthcheck",
                    "--tmpfs", "/run/volume:mode=2777,gid=65532", *environment]
        docker("rm", "-f", name, check=False)
        docker("run", "--rm", *confined, image, "migrate")
        docker("run", "-d", "--name", name, *confined, image, role)
        names.append(name)
        eventually(lambda: probe(name, "readyz") == 200, timeout=60, what=f"{name} is ready")
        return name

    def probe(name, path):
        address = docker("inspect", "-f", f'{{{{(index .NetworkSettings.Networks "{engine.NETWORK}").IPAddress}}}}',
                         name).stdout.strip()
        try:
            return page.http.get(f"http://{address}:9464/{path}", timeout=5).status_code
        except OSError:
            return 0

    class Replicas:
        pass
    made = Replicas()
    made.page, made.pod, made.probe = page, pod, probe
    yield made
    docker("rm", "-f", *names, check=False)
    stack.down("-v")


def stop(name):
    docker("stop", "-t", "10", name)
    assert engine.state(name)["ExitCode"] == 0, logs(name)[-2000:]


def test_two_replicas_of_each_role_and_a_rolling_restart_without_a_lost_answer(replicas):
    pods = {role: [replicas.pod(role, n) for n in (1, 2)] for role in ("bot", "outreach")}
    for name in sum(pods.values(), []):
        role = "bot" if name in pods["bot"] else "outreach"
        docker("exec", name, "/usr/local/bin/salesreg", "healthcheck", role)
    leading = [name for name in pods["bot"] if "leading: this process" in logs(name)]
    assert len(leading) == 1, "one leads, the other stands by"

    people = [replicas.page.person(f"Person {letter}", id=8_000_000_000 + i) for i, letter in enumerate("ABCDEFGH")]
    # each of the four questions is on its way while some pod is replaced by its successor
    for person in people:
        person.says("привет")
    number = 3
    for step, (role, expected) in enumerate((("bot", "offer"), ("bot", "ask_name"), ("outreach", "ask_email"),
                                             ("outreach", "registered"))):
        old = pods[role][step % 2]
        stop(old)
        pods[role][step % 2] = replicas.pod(role, number)
        number += 1
        for i, person in enumerate(people):
            person.hears(expected)
            if step < 3:
                person.says(["да", f"Person {'ABCDEFGH'[i]}lpha", person.email][step])
    assert value("SELECT count(*) FROM sales_representatives WHERE status = 'active'") == str(len(people))
    # every prospect has exactly one rep, and nobody heard anything twice
    eventually(lambda: value("SELECT count(*) FROM test_prospects WHERE assigned_rep_id IS NULL") == "0")
    assert value(f"SELECT count(*) FROM {tables.assignments} WHERE ended_at IS NULL") == "3"
    assert value(f"SELECT count(*) FROM {tables.outbox_history} WHERE possible_duplicate") == "0"
    assert len([name for name in pods["bot"] if "leading: this process" in logs(name)]) >= 1

    # and a leader that is killed, as by a node that vanishes
    leader = [name for name in pods["bot"] if "leading: this process" in logs(name)][-1]
    docker("kill", "-s", "KILL", leader)
    people[0].forget()
    people[0].says("статус")
    assert people[0].email in people[0].hears_anything().text
