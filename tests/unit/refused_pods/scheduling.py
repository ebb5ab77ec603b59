"""Cases of affinity, topology spread and tolerations."""

from tests.unit.refused_pods.case import (
    APART,
    PREFERRED,
    TERM,
    Case,
    apart,
    beside,
    expression,
    nodes,
    prefers,
    spec,
    spread,
)  # fmt: skip

CASES: dict[str, Case] = {
    # node affinity
    "no terms": spec(f"{TERM} = []", "affinity", nodes(), nodes(expression())),
    "In without values": spec(
        f"{TERM}[1].matchExpressions[0].values", "affinity",
        beside(expression(values=[])),
        beside(expression()),
    ),
    "Exists with values": spec(
        f"{TERM}[1]", "affinity",
        beside(expression(operator="Exists")),
        beside(expression(operator="NotIn")),
    ),
    "Gt without a value": spec(
        f"{TERM}[0].matchExpressions[0].values", "affinity", nodes(expression(key="a", operator="Gt", values=None)),
        beside(expression(key="a", operator="Gt", values=["1"])),
    ),
    "Lt of two": spec(
        f"{TERM}[1]",
        "affinity",
        beside(expression(operator="Lt", values=["1", "2"])),
        beside(expression(operator="Lt", values=["1"])),
    ),
    "an unknown operator": spec(
        f"{TERM}[1].matchExpressions[0].operator", "affinity",
        beside(expression(operator="Equals")),
        beside(expression()),
    ),
    "a key with a blank": spec(
        f"{TERM}[1].matchExpressions[0].key", "affinity",
        beside(expression(key="a b")),
        beside(expression(key="a.b")),
    ),
    "no key": spec(
        f"{TERM}[1].matchExpressions[0].key", "affinity",
        beside({"matchExpressions": [{"operator": "Exists"}]}),
        beside(expression()),
    ),
    "a value with a blank": spec(
        f"{TERM}[1].matchExpressions[0].values[0]", "affinity", beside(expression(values=["a b"])), prefers(1, values=["a b"])
    ),
    "a field of nodes": spec(
        f"{TERM}[1].matchFields[0].key", "affinity",
        beside({"matchFields": [{"key": "spec.x", "operator": "In", "values": ["a"]}]}),
        beside({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["a"]}]}),
    ),
    "a weight of 0": spec(f"{PREFERRED}[0].weight = 0", "affinity", prefers(0), prefers(1)),
    "a weight of 101": spec(f"{PREFERRED}[0].weight", "affinity", prefers(101), prefers(100)),
    "a preferred operator": spec(f"{PREFERRED}[0].preference", "affinity", prefers(1, operator="Is"), prefers(1)),
    # affinity between pods
    "no topology key": spec(f"{APART}.topologyKey", "affinity", apart(topologyKey=""), apart()),
    "a label to select": spec(
        f"{APART}.labelSelector.matchLabels.a", "affinity", apart(labelSelector={"matchLabels": {"a": "b c"}}),
        apart(labelSelector={"matchLabels": {"a": "b"}}),
    ),
    "an operator of labels": spec(
        f"{APART}.labelSelector.matchExpressions[0].operator", "affinity",
        apart(labelSelector={"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]}),
        apart(labelSelector={"matchExpressions": [{"key": "a", "operator": "Exists"}]}),
    ),
    "keys without a selector": spec(
        f"{APART}.matchLabelKeys", "affinity", apart(labelSelector=None, matchLabelKeys=["a"]), apart(matchLabelKeys=["a"])
    ),
    # topology spread
    "skew of 0": spec(
        "spec.topologySpreadConstraints[0].maxSkew = 0", "topologySpreadConstraints",
        spread({"maxSkew": 0}),
        spread({}),
    ),
    "no topology": spec("[0].topologyKey", "topologySpreadConstraints", spread({"topologyKey": None}), spread({})),
    "when unsatisfiable": spec(
        "whenUnsatisfiable = 'Never'", "topologySpreadConstraints", spread({"whenUnsatisfiable": "Never"}),
        spread({"whenUnsatisfiable": "DoNotSchedule"}),
    ),
    "least domains": spec(
        "minDomains = 2", "topologySpreadConstraints", spread({"minDomains": 2}),
        spread({"minDomains": 2, "whenUnsatisfiable": "DoNotSchedule"}),
    ),
    "the same twice": spec(
        "spec.topologySpreadConstraints[1] = ", "topologySpreadConstraints", spread({}, {"maxSkew": 2}),
        spread({}, {"whenUnsatisfiable": "DoNotSchedule"}),
    ),
    # tolerations
    "a toleration's operator": spec(
        "spec.tolerations[0].operator = 'In'", "tolerations",
        [{"key": "a", "operator": "In"}],
        [{"key": "a"}],
    ),
    "no key of a toleration": spec("spec.tolerations[0] = ", "tolerations", [{"value": "a"}], [{"operator": "Exists"}]),
    "Exists with a value": spec(
        "spec.tolerations[0].value", "tolerations", [{"key": "a", "operator": "Exists", "value": "b"}],
        [{"key": "a", "operator": "Exists"}],
    ),
    "seconds": spec(
        "spec.tolerations[0].tolerationSeconds", "tolerations", [{"operator": "Exists", "tolerationSeconds": 5}],
        [{"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": -5}],
    ),
    "an entry left empty": spec("spec.tolerations[0] = {}", "tolerations", [None], []),
}  # fmt: skip
