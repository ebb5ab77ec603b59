"""What the Kubernetes API refuses of tolerations, affinities and topology spread constraints.

Source: kubernetes/kubernetes, pkg/apis/core/validation, as named with each rule. A value that the API accepts and the
scheduler can't read, such as a Gt of text, is no refusal: no node matches it.
"""

from emr_eks_placement.pod_template.api_values import (
    Check,
    Part,
    Refusals,
    check_fields,
    dns_label,
    dns_name,
    label_key,
    label_value,
    one_of,
    required,
    within,
)

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_EFFECTS = one_of("NoSchedule", "PreferNoSchedule", "NoExecute")
_TAKE_VALUES, _TAKE_NONE, _TAKE_ONE = ("In", "NotIn"), ("Exists", "DoesNotExist"), ("Gt", "Lt")
_SPREAD: dict[str, Check] = {
    "maxSkew": within(1),
    "whenUnsatisfiable": one_of("DoNotSchedule", "ScheduleAnyway"),
    "minDomains": within(1),
    "nodeAffinityPolicy": one_of("Honor", "Ignore"),
    "nodeTaintsPolicy": one_of("Honor", "Ignore"),
}


def refused_tolerations(spec: Part) -> Refusals:
    """ValidateTolerations."""
    for one in spec.each("tolerations"):
        operator = one.field("operator").value or "Equal"
        yield from check_fields(one, {"key": label_key, "operator": one_of("Equal", "Exists"), "effect": _EFFECTS})
        if not one.field("key").value and operator != "Exists":
            rule = "a toleration without a key tolerates every taint, and its operator is Exists"
            yield one.refused(rule, "Add the taint's key, or operator: Exists", "ValidateTolerations")
        if operator == "Exists" and one.field("value").value:
            yield one.field("value").refused(
                "operator Exists takes no value", "Remove the value", "ValidateTolerations"
            )
        elif operator == "Equal":
            yield from check_fields(one, {"value": label_value})
        if one.field("tolerationSeconds").value is not None and one.field("effect").value != "NoExecute":
            rule = "is allowed only with effect NoExecute"
            yield one.field("tolerationSeconds").refused(
                rule, "Set the effect or remove the seconds", "ValidateTolerations"
            )


def refused_affinity(spec: Part) -> Refusals:
    """validateAffinity."""
    nodes = spec.at("affinity", "nodeAffinity")
    wanted = nodes.field(_REQUIRED)
    if wanted.value is not None:
        if not wanted.field("nodeSelectorTerms").value:
            rule = "must have at least one node selector term"
            yield wanted.field("nodeSelectorTerms").refused(
                rule, "Add one, or remove the affinity", "ValidateNodeSelector"
            )
        for term in wanted.each("nodeSelectorTerms"):
            yield from _refused_term(term, values=label_value)
    for preferred in nodes.each(_PREFERRED):
        yield from _refused_weight(preferred)
        yield from _refused_term(preferred.field("preference"), values=None)
    for kind in ("podAffinity", "podAntiAffinity"):
        for term in spec.each("affinity", kind, _REQUIRED):
            yield from _refused_pod_term(term)
        for preferred in spec.each("affinity", kind, _PREFERRED):
            yield from _refused_weight(preferred)
            yield from _refused_pod_term(preferred.field("podAffinityTerm"))


def refused_spread(spec: Part) -> Refusals:
    """validateTopologySpreadConstraints."""
    seen: set[tuple[object, object]] = set()
    for one in spec.each("topologySpreadConstraints"):
        yield from required(one, "topologyKey", "whenUnsatisfiable")
        yield from check_fields(one, _SPREAD)
        kind = (one.field("topologyKey").value, one.field("whenUnsatisfiable").value)
        if kind in seen:
            rule = f"there are two constraints for {kind[0]} with {kind[1]}"
            yield one.refused(rule, "Keep one", "ValidateSpreadConstraintNotRepeat")
        seen.add(kind)
        if one.field("minDomains").value is not None and kind[1] != "DoNotSchedule":
            rule = "is allowed only with whenUnsatisfiable DoNotSchedule"
            yield one.field("minDomains").refused(rule, "Remove it", "validateMinDomains")
        yield from _refused_label_selector(one.field("labelSelector"))
        yield from _refused_label_keys(one, "matchLabelKeys", shared=False)


def _refused_weight(preferred: Part) -> Refusals:
    weight = preferred.field("weight")
    if not 1 <= (weight.value or 0) <= 100:
        yield weight.refused("must be in the range 1-100", "Write a weight", "ValidatePreferredSchedulingTerms")


def _refused_term(term: Part, values: Check | None) -> Refusals:
    """ValidateNodeSelectorTerm; values: what they must be."""
    for one in term.each("matchExpressions"):
        yield from label_key(Part(one.field("key").path, one.field("key").value or ""))
        yield from _refused_operator(one, (*_TAKE_VALUES, *_TAKE_NONE, *_TAKE_ONE), "ValidateNodeSelectorRequirement")
        for value in one.each("values") if values else ():
            yield from label_value(value)
    for one in term.each("matchFields"):
        if one.field("key").value != "metadata.name":
            yield one.field("key").refused("must be metadata.name", source="ValidateNodeFieldSelectorRequirement")
        yield from one_of(*_TAKE_VALUES)(one.field("operator"))
        if len(one.field("values").value or ()) != 1:
            yield one.field("values").refused("must be one value", source="ValidateNodeFieldSelectorRequirement")
        for value in one.each("values"):
            yield from dns_name(value)


def _refused_operator(one: Part, operators: tuple[str, ...], source: str) -> Refusals:
    operator, values = one.field("operator"), one.field("values")
    if operator.value not in operators:
        yield operator.refused(f"must be one of {', '.join(operators)}", "Write one of these", source)
    elif operator.value in _TAKE_VALUES and not values.value:
        yield values.refused(f"operator {operator.value} takes values", "Add them", source)
    elif operator.value in _TAKE_NONE and values.value:
        yield values.refused(f"operator {operator.value} takes no values", "Remove them", source)
    elif operator.value in _TAKE_ONE and len(values.value or ()) != 1:
        yield values.refused(f"operator {operator.value} takes one value", "Write one whole number", source)


def _refused_pod_term(term: Part) -> Refusals:
    """validatePodAffinityTerm."""
    if not term.field("topologyKey").value:
        rule = "must not be empty"
        yield term.field("topologyKey").refused(
            rule, "Write for example kubernetes.io/hostname", "validatePodAffinityTerm"
        )
    yield from check_fields(term, {"topologyKey": label_key})
    for selector in ("labelSelector", "namespaceSelector"):
        yield from _refused_label_selector(term.field(selector))
    for name in term.each("namespaces"):
        yield from dns_label(name)
    for keys in ("matchLabelKeys", "mismatchLabelKeys"):
        yield from _refused_label_keys(term, keys, shared=keys == "mismatchLabelKeys")
    both = set(term.field("mismatchLabelKeys").value or ())
    for key in term.each("matchLabelKeys"):
        if key.value in both:
            yield key.refused("is in mismatchLabelKeys too", "Keep one", "validateMatchLabelKeysAndMismatchLabelKeys")


def _refused_label_selector(selector: Part) -> Refusals:
    """ValidateLabelSelector (apimachinery, meta/v1)."""
    for label in selector.each("matchLabels"):
        yield from (broken.below(*label.path) for broken in label_key(Part((), label.path[-1])))
        yield from label_value(label)
    for one in selector.each("matchExpressions"):
        yield from label_key(Part(one.field("key").path, one.field("key").value or ""))
        yield from _refused_operator(one, (*_TAKE_VALUES, *_TAKE_NONE), "ValidateLabelSelectorRequirement")
        for value in one.each("values"):
            yield from label_value(value)


def _refused_label_keys(term: Part, name: str, *, shared: bool) -> Refusals:
    """matchLabelKeys and mismatchLabelKeys need a selector; shared: whether it may name the same keys."""
    selector = term.field("labelSelector")
    if term.field(name).value and selector.value is None:
        yield term.field(name).refused("is allowed only with labelSelector", "Add it", "validateLabelKeys")
    named = {label.path[-1] for label in selector.each("matchLabels")}
    named |= {one.field("key").value for one in selector.each("matchExpressions")}
    for key in term.each(name):
        yield from label_key(key)
        if key.value in named and not shared:
            yield key.refused("is in labelSelector too", "Keep one", "validateMatchLabelKeysInTopologySpread")
