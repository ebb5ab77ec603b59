"""Codes for Spark's configuration: settings that the plan does not model, and settings without the expected effect."""

from emr_eks_placement.planning.codes.code import Code

CODES = {
    "SPARK_SET_BY_EMR": Code(
        "warning",
        "The request sets what EMR sets itself: which cluster Spark runs on, in cluster mode, with which properties file. "
        "The plan takes it for EMR's own.",
        "Remove it",
        "A guess: AWS does not document what EMR does with it.",
    ),
    "SPARK_NOT_MODELLED": Code(
        "warning",
        "This property lets other code create or count the pods: they may differ from the plan.",
        "Remove the property, or compare the plan with the pods of a run",
        "Certain that the plan leaves it out; a guess what it does.",
    ),
    "SPARK_CONF_IGNORED": Code(
        "warning",
        "The property has no effect: not on Kubernetes, not on EMR, not in this release, or because another one wins.",
        "Remove the property, or use what has the effect",
        "Certain for open-source Spark; EMR's own Spark can have what a later Spark brought.",
    ),
    "SPARK_CONF_UNKNOWN": Code(
        "warning",
        "Spark does not know this property, but one with a similar name: it ignores what it does not know.",
        "Correct the property's name",
        "Certain that open-source Spark 3.5 does not know it; a guess what is meant.",
    ),
    "SPARK_CONF_RENAMED": Code(
        "note",
        "The property has an old name, which Spark still reads.",
        "Use the new name",
        "Certain: Spark's list of old names.",
    ),
    "SPARK_CONF_REFERENCE": Code(
        "warning",
        "The value refers to an environment variable or a property of the Java process, which nobody knows before the "
        "run: the plan uses the property's default.",
        "Write the value",
        "Certain that the plan does not know it.",
    ),
    "DYNAMIC_ALLOCATION_OFF": Code(
        "warning",
        "The property counts with dynamic allocation only, which is off: the number of executors is "
        "spark.executor.instances, by default 2.",
        "Set spark.dynamicAllocation.enabled to true, or set spark.executor.instances",
        "Certain for open-source Spark; EMR may have another default.",
    ),
    "DYNAMIC_ALLOCATION_SHUFFLE": Code(
        "warning",
        "Dynamic allocation on Kubernetes needs shuffle tracking, which is on by default from Spark 3.4 (EMR 6.12.0). There "
        "is no external shuffle service to register with.",
        "Set spark.dynamicAllocation.shuffleTracking.enabled to true, and not spark.shuffle.service.enabled",
        "Certain for open-source Spark; EMR may have another default.",
    ),
    "DEVICE_DISCOVERY": Code(
        "warning",
        "The pods ask for a device, and Spark has no script that finds it: a driver or executor does not start without.",
        "Set spark.driver.resource.NAME.discoveryScript or spark.executor.resource.NAME.discoveryScript",
        "Certain for open-source Spark 3.5; an image may bring a script of its own.",
    ),
    "TEMPLATE_RESOURCES": Code(
        "warning",
        "The pod template asks for CPU or memory of Spark's container: Spark writes its own over it.",
        "Set the cores and the memory by Spark properties, such as spark.driver.memory",
        "Certain: tried with Spark 3.5.",
    ),
    "VOLUME_ZONE": Code(
        "warning",
        "A pod mounts a persistent volume claim. A volume of EBS is in one zone, and its pods must be too: the plan does not "
        "know which zone that is.",
        "Choose the volume's zone for the pod, or use storage of several zones, such as EFS",
        "A guess: the plan does not read claims and their volumes.",
    ),
    "VOLUME_SHARED": Code(
        "warning",
        "Several executors mount the same persistent volume claim. One with access mode ReadWriteOnce, as those of EBS are, can "
        "be mounted on one node only: executors on other nodes do not start.",
        "Use OnDemand as the claim's name, or a claim of access mode ReadWriteMany, such as one of EFS",
        "A guess: the plan does not read claims and their access modes.",
    ),
    "VOLUME_NOT_MADE": Code(
        "error",
        "A pod mounts a persistent volume claim that nobody creates: a name with OnDemand is replaced "
        "only for claims of Spark's properties, and Spark creates those that have a storage class and a "
        "size. The pod stays Pending.",
        "Set storageClass and sizeLimit of the volume's options",
        "Certain: Spark 3.5's MountVolumesFeatureStep.",
    ),
}
