"""Cases of the pod, its ports, variables and probes."""

from tests.unit.refused_pods.case import (
    PROBE,
    SIDE,
    Case,
    main,
    side,
    spec,
)  # fmt: skip

CASES: dict[str, Case] = {
    # the pod
    "a deadline of 0": spec("spec.activeDeadlineSeconds = 0", "activeDeadlineSeconds", 0, 1),
    "a host name": spec("spec.hostname", "hostname", "My.Host", "my-host"),
    "an address": spec(
        "spec.hostAliases[0].ip", "hostAliases", [{"ip": "10.1.2", "hostnames": ["a"]}], [{"ip": "10.1.2.3", "hostnames": ["a"]}]
    ),
    "a name for an address": spec(
        "spec.hostAliases[0].hostnames[0]",
        "hostAliases",
        [{"ip": "::1", "hostnames": ["a_b"]}],
        [{"ip": "::1", "hostnames": ["a.b"]}],
    ),
    "a priority without class": spec("spec.priority = 1000", "priority", 1000, 0),
    "a preemption without class": spec("spec.preemptionPolicy", "preemptionPolicy", "Never", "PreemptLowerPriority"),
    "a priority with its class": Case("spec.priority", {"priority": 7}, {"priority": 7, "priorityClassName": "batch"}),
    "an overhead without class": Case(
        "spec.overhead", {"overhead": {"cpu": "1"}}, {"overhead": {"cpu": "1"}, "runtimeClassName": "kata"}
    ),
    "a priority class's name": spec("spec.priorityClassName", "priorityClassName", "Batch", "batch"),
    "an ephemeral container": spec("spec.ephemeralContainers", "ephemeralContainers", [SIDE], []),
    "an annotation's key": Case(
        "metadata.annotations.'a b' = 'a b'",
        {"metadata": {"annotations": {"a b": "c"}}},
        {"metadata": {"annotations": {"A/b": "c d"}}},
    ),
    # ports, variables, probes
    "a port": side("containerPort = 70000", {"ports": [{"containerPort": 70000}]}, {"ports": [{"containerPort": 7000}]}),
    "a port's name": side(
        "ports[0].name = 'metrics_port'", {"ports": [{"containerPort": 80, "name": "metrics_port"}]},
        {"ports": [{"containerPort": 80, "name": "metrics-port"}]},
    ),
    "a port of the node taken twice": side(
        "ports[1].hostPort = 80", {"ports": [{"containerPort": 80, "hostPort": 80}, {"containerPort": 81, "hostPort": 80}]},
        {"ports": [{"containerPort": 80, "hostPort": 80}, {"containerPort": 81, "hostPort": 80, "protocol": "UDP"}]},
    ),
    "a variable's name": main("env[0].name = 'a=b'", {"env": [{"name": "a=b"}]}, {"env": [{"name": "a.b-c d"}]}),
    "a variable without source": main(
        "env[0].valueFrom", {"env": [{"name": "a", "valueFrom": {}}]},
        {"env": [{"name": "a", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}}}]},
    ),
    "a variable with value and source": main(
        "env[0].valueFrom", {"env": [{"name": "a", "value": "b", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}]},
        {"env": [{"name": "a", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}]},
    ),
    "a field that is none": main(
        "fieldPath = 'spec.nodename'", {"env": [{"name": "a", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodename"}}}]},
        {"env": [{"name": "a", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['a/b']"}}}]},
    ),
    "variables from nothing": main(
        "envFrom[0]",
        {"envFrom": [{"prefix": "a"}]},
        {"envFrom": [{"secretRef": {"name": "a"}}]},
    ),
    "a probe without action": side(
        "spec.containers[side].livenessProbe", {"livenessProbe": {"periodSeconds": 5}}, {"livenessProbe": PROBE}
    ),
    "a probe's number": side(
        "periodSeconds = -1",
        {"readinessProbe": {**PROBE, "periodSeconds": -1}},
        {"readinessProbe": {**PROBE, "periodSeconds": 1}},
    ),
    "a probe's success": side(
        "successThreshold = 2",
        {"livenessProbe": {**PROBE, "successThreshold": 2}},
        {"readinessProbe": {**PROBE, "successThreshold": 2}},
    ),
    "a probe's port": side(
        "httpGet.port = 0", {"livenessProbe": {"httpGet": {"port": 0}}}, {"livenessProbe": {"httpGet": {"port": "http"}}}
    ),
    "privileges": side(
        "allowPrivilegeEscalation", {"securityContext": {"privileged": True, "allowPrivilegeEscalation": False}},
        {"securityContext": {"privileged": True}},
    ),
}  # fmt: skip
