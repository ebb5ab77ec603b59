"""How EMR gets into a cluster's namespaces, where CloudFormation alone may not do."""
