"""Law: the API refuses a pod exactly where the published rules say so.

Random templates, now right and now with values that break a rule; the verdict is that of a small reading of the rules as
the Kubernetes reference and the API's own field descriptions word them, written for this test alone. 300 cases by default,
always the same; ROUND_TRIP_EXAMPLES takes so many at random.
"""

import re
from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from emr_eks_placement.facts.emr import LOGGING_SIDECAR
from emr_eks_placement.pod_template.api import refused_by_api
from tests.unit.laws import EXAMPLES, LAW

MAIN = "spark-kubernetes-driver"
NAMES = st.sampled_from(
    ["side", "a", "data", MAIN, LOGGING_SIDECAR, "x" * 63, "x" * 64, "Side", "a_b", "-a", "a.b", ""]
)
KEYS = st.sampled_from(["team", "example.com/tier", "A_b.c", "a b", "/a", "x" * 64, "-a", "Example.com/a", ""])
VALUES = st.sampled_from(["a", "", "us-east-1a", "A_b.c", "x" * 63, "x" * 64, "a b", "a/b", "-1"])
AMOUNTS = st.sampled_from(["1", "2", "0.5", "500m", "1Gi", "1G", "1e3", "0", "-1", "1GB", "lots", "1.5.2", ""])
RESOURCES = st.sampled_from(["cpu", "memory", "ephemeral-storage", "nvidia.com/gpu", "a.b/c", "cpus", "gpu", "mem"])


def maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


EXPRESSIONS = st.builds(
    lambda key, rest: {"key": key, **rest},
    KEYS,
    st.fixed_dictionaries(
        {"operator": st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "in", ""])},
        optional={"values": st.lists(VALUES, max_size=2)},
    ),
)
TERMS = maybe(matchExpressions=st.lists(EXPRESSIONS, max_size=2))
AFFINITIES = maybe(
    requiredDuringSchedulingIgnoredDuringExecution=st.builds(
        lambda terms: {"nodeSelectorTerms": terms}, st.lists(TERMS, max_size=3)
    ),
    preferredDuringSchedulingIgnoredDuringExecution=st.lists(
        st.builds(lambda weight, term: {"weight": weight, "preference": term}, st.sampled_from([1, 50, 100, 0, 101]), TERMS),
        max_size=1,
    ),
)  # fmt: skip
TOLERATIONS = maybe(
    key=KEYS,
    operator=st.sampled_from(["Equal", "Exists", "In", ""]),
    value=VALUES,
    effect=st.sampled_from(["NoSchedule", "PreferNoSchedule", "NoExecute", "Never", ""]),
    tolerationSeconds=st.sampled_from([5, 0, -5]),
)
SPREADS = st.fixed_dictionaries(
    {
        "maxSkew": st.sampled_from([1, 2, 0, -1]),
        "topologyKey": st.sampled_from(["zone", "host", ""]),
        "whenUnsatisfiable": st.sampled_from(["DoNotSchedule", "ScheduleAnyway", "Never"]),
    },
    optional={"minDomains": st.sampled_from([1, 3, 0])},
)
VOLUMES = st.builds(
    lambda name, sources: {"name": name, **sources},
    NAMES,
    maybe(
        emptyDir=st.just({}), hostPath=st.just({"path": "/a"}),
        persistentVolumeClaim=st.sampled_from([{"claimName": "a"}, {"claimName": ""}]),
    ),
)  # fmt: skip
MOUNTS = st.builds(lambda name, path: {"name": name, "mountPath": path}, NAMES, st.sampled_from(["/a", "/b", ""]))
CONTAINERS = st.builds(
    lambda name, rest: {"name": name, **rest},
    NAMES,
    maybe(
        image=st.sampled_from(["busybox", "busybox", "busybox", ""]),
        restartPolicy=st.sampled_from(["Always", "Always", "Never"]),
        volumeMounts=st.lists(MOUNTS, max_size=2),
        resources=maybe(
            requests=st.dictionaries(RESOURCES, AMOUNTS, max_size=2),
            limits=st.dictionaries(RESOURCES, AMOUNTS, max_size=2),
        ),
    ),
)  # fmt: skip
RIGHT: dict[str, Any] = {"containers": [{"name": MAIN}]}
PARTS: dict[str, st.SearchStrategy[Any]] = {
    "affinity": st.builds(lambda nodes: {"nodeAffinity": nodes}, AFFINITIES),
    "tolerations": st.lists(TOLERATIONS, max_size=2),
    "topologySpreadConstraints": st.lists(SPREADS, max_size=2),
    "volumes": st.lists(VOLUMES, max_size=2),
    "initContainers": st.lists(CONTAINERS, max_size=2),
    "sidecars": st.lists(CONTAINERS, max_size=1),
    "activeDeadlineSeconds": st.sampled_from([1, 3600, 0, -1]),
    "priority": st.sampled_from([0, 5]),
    "priorityClassName": st.sampled_from(["batch", "Batch", ""]),
    "preemptionPolicy": st.sampled_from(["Never", "PreemptLowerPriority", "Always"]),
    "hostname": NAMES,
}


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """A right spec with up to two parts that may be wrong, and a version of Kubernetes."""
    names = draw(st.lists(st.sampled_from(sorted(PARTS)), min_size=1, max_size=2, unique=True))
    spec = {**RIGHT, **{name: draw(PARTS[name]) for name in names}}
    spec["containers"] = [*RIGHT["containers"], *spec.pop("sidecars", [])]
    return spec


# What the published rules say, part by part: True where the API refuses it.


def no_label(text: str) -> bool:
    """RFC 1123 label: at most 63 lower case alphanumerics or -, starting and ending with an alphanumeric."""
    return (
        not (0 < len(text) <= 63)
        or text.strip("abcdefghijklmnopqrstuvwxyz0123456789-") != ""
        or text[0] == "-"
        or text[-1] == "-"
    )


def no_value(text: str) -> bool:
    """Labels: 63 characters or less, empty or begin and end with [a-z0-9A-Z], with -, _, . between."""
    return len(text) > 63 or (text != "" and re.match(r"^[a-zA-Z0-9](|[-_.a-zA-Z0-9]*[a-zA-Z0-9])$", text) is None)


def no_key(text: str) -> bool:
    """Labels: an optional prefix, a DNS subdomain, and a name, which is required."""
    prefix, slash, name = text.rpartition("/")
    subdomain = all(not no_label(part) for part in prefix.split(".")) and len(prefix) < 254
    return name == "" or no_value(name) or (slash == "/" and not subdomain)


def amount(text: str) -> Decimal | None:
    """Quantity: a number and a suffix of m, "", k, M, G, Ki, Mi, Gi or an exponent; None for what is none."""
    found = re.match(r"^(-?)(\d+\.?\d*|\.\d+)(m|k|M|G|Ki|Mi|Gi|[eE]\d+)?$", text)
    if not found:
        return None
    suffix = found[3] or ""
    scale: dict[str, Any] = {
        "m": Decimal("0.001"),
        "": Decimal(1),
        "k": 10**3,
        "M": 10**6,
        "G": 10**9,
        "Ki": 2**10,
        "Mi": 2**20,
        "Gi": 2**30,
    }
    number = Decimal(found[2]) * (Decimal(f"1{suffix}") if suffix[:1] in ("e", "E") else scale[suffix])
    return -number if found[1] else number


def bad_resources(resources: dict[str, Any]) -> bool:
    requests, limits = resources.get("requests", {}), resources.get("limits", {})
    for name, text in [*requests.items(), *limits.items()]:
        number = amount(text)
        if "/" not in name and name not in ("cpu", "memory", "ephemeral-storage"):
            return True  # not fully qualified, and none of Kubernetes' own
        if number is None or number < 0 or ("/" in name and number != int(number)):
            return True  # extended resources come in whole numbers
    for name, text in requests.items():
        if name in limits and (amount(text) or 0) > (amount(limits[name]) or 0):
            return True  # requests cannot exceed limits
        if "/" in name and amount(limits.get(name, "-1")) != amount(text):
            return True  # extended resources cannot be overcommitted: request and limit must be equal
    return False


def bad_container(container: dict[str, Any], volumes: list[str], *, first: bool) -> bool:
    mounts = container.get("volumeMounts", [])
    paths = [mount["mountPath"] for mount in mounts]
    return (
        no_label(container["name"])
        or (not container.get("image") and container["name"] not in (MAIN, LOGGING_SIDECAR))
        or any(mount["name"] not in volumes or not mount["mountPath"] for mount in mounts)
        or len(set(paths)) < len(paths)
        or bad_resources(container.get("resources", {}))
        or (not first and "restartPolicy" in container)  # before 1.35 only init containers have one, and it is Always
        or (first and container.get("restartPolicy", "Always") != "Always")
    )


def bad_containers(spec: dict[str, Any]) -> bool:
    first, others = spec.get("initContainers", []), spec["containers"]
    names = [container["name"] for container in (*first, *others)]
    volumes = [volume["name"] for volume in spec.get("volumes", [])]
    return len(set(names)) < len(names) or any(
        bad_container(one, volumes, first=kind is first) for kind in (first, others) for one in kind
    )


def bad_volumes(spec: dict[str, Any]) -> bool:
    volumes = spec.get("volumes", [])
    names = [volume["name"] for volume in volumes]
    return len(set(names)) < len(names) or any(
        no_label(volume["name"]) or len(volume) > 2 or volume.get("persistentVolumeClaim", {}).get("claimName") == ""
        for volume in volumes
    )


def bad_term(term: dict[str, Any], *, required: bool) -> bool:
    for one in term.get("matchExpressions", []):
        values, operator = one.get("values", []), one["operator"]
        sizes = {"In": len(values) > 0, "NotIn": len(values) > 0, "Exists": not values, "DoesNotExist": not values}
        sizes |= {"Gt": len(values) == 1, "Lt": len(values) == 1}
        if no_key(one["key"]) or not sizes.get(operator, False) or (required and any(map(no_value, values))):
            return True
    return False


def bad_affinity(spec: dict[str, Any]) -> bool:
    nodes = spec.get("affinity", {}).get("nodeAffinity", {})
    required = nodes.get("requiredDuringSchedulingIgnoredDuringExecution", {"nodeSelectorTerms": [{}]})[
        "nodeSelectorTerms"
    ]
    preferred = nodes.get("preferredDuringSchedulingIgnoredDuringExecution", [])
    return (
        not required
        or any(bad_term(term, required=True) for term in required)
        or any(one["weight"] not in range(1, 101) or bad_term(one["preference"], required=False) for one in preferred)
    )


def bad_toleration(one: dict[str, Any]) -> bool:
    operator, key = one.get("operator") or "Equal", one.get("key", "")
    return (
        operator not in ("Equal", "Exists")
        or (key == "" and operator != "Exists")  # if the key is empty, operator must be Exists
        or (key != "" and no_key(key))
        or (operator == "Exists" and one.get("value", "") != "")  # the value should be empty
        or (operator == "Equal" and no_value(one.get("value", "")))
        or one.get("effect", "") not in ("", "NoSchedule", "PreferNoSchedule", "NoExecute")
        or ("tolerationSeconds" in one and one.get("effect") != "NoExecute")
    )


def bad_spread(spec: dict[str, Any]) -> bool:
    constraints = spec.get("topologySpreadConstraints", [])
    kinds = [(one["topologyKey"], one["whenUnsatisfiable"]) for one in constraints]
    return len(set(kinds)) < len(kinds) or any(
        one["maxSkew"] < 1
        or one["topologyKey"] == ""
        or one["whenUnsatisfiable"] not in ("DoNotSchedule", "ScheduleAnyway")
        or ("minDomains" in one and (one["minDomains"] < 1 or one["whenUnsatisfiable"] != "DoNotSchedule"))
        for one in constraints
    )


def bad_pod(spec: dict[str, Any]) -> bool:
    name = spec.get("priorityClassName", "")
    policy = spec.get("preemptionPolicy", "PreemptLowerPriority")
    return (
        spec.get("activeDeadlineSeconds", 1) < 1
        or name == "Batch"
        or (spec.get("hostname", "") != "" and no_label(spec["hostname"]))
        or policy == "Always"
        or (name == "" and (spec.get("priority", 0) != 0 or policy != "PreemptLowerPriority"))  # set by the class alone
    )


RULES = {
    "containers": bad_containers,
    "volumes": bad_volumes,
    "affinity": bad_affinity,
    "tolerations": lambda spec: any(map(bad_toleration, spec.get("tolerations", []))),
    "spread": bad_spread,
    "pod": bad_pod,
}


def test_a_pod_is_refused_exactly_where_the_published_rules_say_so() -> None:
    verdicts: Counter[str] = Counter()

    @LAW
    @given(specs())
    def check(spec: dict[str, Any]) -> None:
        broken = [name for name, rule in RULES.items() if rule(spec)]
        found = list(refused_by_api({"metadata": {}, "spec": spec}, "1.34", with_image=(MAIN, LOGGING_SIDECAR)))
        assert bool(found) == bool(broken), (broken, [str(one) for one in found], spec)
        for one in found:
            assert one.path[:1] == ("spec",)
            assert one.rule
            assert one.fix
        event("refused" if broken else "taken")
        verdicts.update(broken or ["taken"])

    check()
    least = 5 if EXAMPLES is None else 50
    assert {name for name, count in verdicts.items() if count >= least} == {*RULES, "taken"}, verdicts
