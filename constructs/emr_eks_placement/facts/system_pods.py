"""The pods that EKS runs on every EC2 node, and the resources that they take.

Source: the manifests of EKS's default add-ons: VPC CNI (aws-node 25m, its node agent 25m) and kube-proxy (100m), which
request no memory. CoreDNS (two pods of 100m and 70Mi) runs only on some nodes and is not counted.
"""

CPU_MILLIS = 150
PODS = 2
CORE_DNS_PODS = 2
