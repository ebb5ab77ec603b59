"""How each configuration entry of Spark 3.5 about pods affects a plan.

Complete for spark.kubernetes.*, spark.driver.*, spark.executor.*, spark.dynamicAllocation.*, spark.task.*,
spark.resources.*, spark.submit.* and spark.memory.*: tests/spark/test_entries.py walks the jars. Sources: the entries'
own documentation in org.apache.spark.internal.config and org.apache.spark.deploy.k8s.Config, and their use in the
feature steps of org.apache.spark.deploy.k8s.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal


@dataclass(frozen=True)
class Effect:
    """The effect of a property: in the plan, irrelevant to a pod's place, size, number or start, or reported by a
    warning.

    why: what the plan uses of it, the reason, or the code of the warning.
    """

    how: Literal["modelled", "none", "warned"]
    why: str


# Names as in a shell: {driver,executor} is one of both. A name that ends with a dot is the start of a family's names.
_GROUPS: tuple[tuple[Effect, str], ...] = (
    (Effect("modelled", "size of the pods"), """
        spark.{driver,executor}.{cores,memory,memoryOverhead,memoryOverheadFactor} spark.executor.pyspark.memory
        spark.memory.offHeap.{enabled,size} spark.kubernetes.memoryOverheadFactor
        spark.kubernetes.{driver,executor}.{request,limit}.cores"""),
    (Effect("modelled", "devices, and the tasks that need them"), """
        spark.{driver,executor,task}.resource. spark.task.cpus spark.driver.resourcesFile spark.resources.discoveryPlugin"""),
    (Effect("modelled", "number of executors"), """
        spark.executor.instances spark.dynamicAllocation.{enabled,minExecutors,maxExecutors,initialExecutors}
        spark.dynamicAllocation.{executorAllocationRatio,shuffleTracking.enabled}"""),
    (Effect("modelled", "labels, annotations, node selector, scheduler, volumes and pod template"), """
        spark.kubernetes.{driver,executor}.{label.,annotation.,node.selector.,volumes.,scheduler.name,podTemplateFile}
        spark.kubernetes.{node.selector.,scheduler.name,driver.reusePersistentVolumeClaim}"""),
    (Effect("modelled", "settings with which a driver does not start"), """
        spark.executor.extraJavaOptions spark.kubernetes.executor.podNamePrefix"""),
    (Effect("warned", "SPARK_SET_BY_EMR"), """
        spark.master spark.remote spark.submit.deployMode spark.kubernetes.driver.master"""),
    (Effect("warned", "SPARK_CONF_REFUSED"), """
        spark.kubernetes.{namespace,driver.pod.name}
        spark.kubernetes.authenticate.{driver,executor}.serviceAccountName"""),
    (Effect("warned", "EMR_SPARK_CONF"), "spark.kubernetes.container.image.pullPolicy"),
    (Effect("warned", "SPARK_NOT_MODELLED"), """
        spark.kubernetes.{driver,executor}.pod.featureSteps spark.kubernetes.allocation.pods.allocator
        spark.streaming.dynamicAllocation.enabled"""),
    (Effect("warned", "SPARK_CONF_IGNORED"), """
        spark.kubernetes.{driver,executor}.podTemplateContainerName spark.cores.max
        spark.yarn.{am,executor}.nodeLabelExpression"""),
    (Effect("warned", "DYNAMIC_ALLOCATION_SHUFFLE"), "spark.shuffle.service.enabled"),
    (Effect("none", "which image; whether it exists and runs on the node's architecture is not looked up"), """
        spark.kubernetes.{,driver.,executor.}container.image spark.kubernetes.container.image.pullSecrets"""),
    (Effect("none", "who the pods are to the Kubernetes API, and how it is reached"), """
        spark.kubernetes.authenticate. spark.kubernetes.{context,trust.certificates}
        spark.kubernetes.{driver,submission}.{connectionTimeout,requestTimeout}"""),
    (Effect("none", "environment of the containers and files in them; whether Secrets and ConfigMaps exist is not looked up"), """
        spark.executorEnv. spark.kubernetes.driverEnv. spark.kubernetes.{driver,executor}.{secrets.,secretKeyRef.}
        spark.kubernetes.{hadoop.configMapName,executor.hadoopConfigMapName,configMap.maxSize,executor.disableConfigMap}
        spark.kubernetes.kerberos.{krb5.configMapName,krb5.path,tokenSecret.itemKey,tokenSecret.name}
        spark.kubernetes.{pyspark.pythonVersion,decommission.script,file.upload.path}
        spark.{driver,executor}.{extraClassPath,extraLibraryPath,userClassPathFirst,defaultJavaOptions}
        spark.driver.{extraJavaOptions,libraryPath} spark.executor.plugins spark.submit.pyFiles
        spark.submit.proxyUser.allowCustomClasspathInClusterMode"""),
    (Effect("none", "volumes in memory and in claims count against limits, not requests"), """
        spark.kubernetes.local.dirs.tmpfs spark.kubernetes.legacy.useReadWriteOnceAccessMode
        spark.kubernetes.driver.{ownPersistentVolumeClaim,waitToReusePersistentVolumeClaim}"""),
    (Effect("none", "the driver's Service and names of objects"), """
        spark.kubernetes.driver.{service.annotation.,service.label.,resourceNamePrefix}
        spark.kubernetes.driver.service.{deleteOnTermination,ipFamilies,ipFamilyPolicy}"""),
    (Effect("none", "when executors are asked for, looked at, replaced or let go, not how many there are or where"), """
        spark.kubernetes.allocation.{batch.delay,batch.size,maxPendingPods,driver.readinessTimeout,executor.timeout}
        spark.kubernetes.executor.{apiPollingInterval,enableApiPolling,enableApiWatcher,enablePollingWithResourceVersion}
        spark.kubernetes.executor.{eventProcessingInterval,missingPodDetectDelta,checkAllContainers,deleteOnTermination}
        spark.kubernetes.executor.{rollInterval,rollPolicy,minTasksPerExecutorBeforeRolling}
        spark.kubernetes.executor.{decommissionLabel,decommissionLabelValue}
        spark.kubernetes.{executorSnapshotsSubscribersShutdownGracePeriod,appKillPodDeletionGracePeriod}
        spark.kubernetes.dynamicAllocation.deleteGracePeriod
        spark.dynamicAllocation.{schedulerBacklogTimeout,sustainedSchedulerBacklogTimeout,testing}
        spark.dynamicAllocation.{executorIdleTimeout,cachedExecutorIdleTimeout,shuffleTracking.timeout}
        spark.executor.decommission.{forceKillTimeout,killInterval,signal}
        spark.executor.{maxNumFailures,failuresValidityInterval}"""),
    (Effect("none", "set by spark-submit itself, or about how it waits"), """
        spark.kubernetes.{resource.type,submitInDriver,setSubmitTimeInDriver,report.interval}
        spark.kubernetes.submission.waitAppCompletion"""),
    (Effect("none", "how the driver's and the executors' processes work in their pods"), """
        spark.driver.{appUIAddress,bindAddress,blockManager.port,host,port,maxResultSize,supervise}
        spark.driver.log.{allowErasureCoding,dfsDir,layout,persistToDfs.enabled}
        spark.executor.{id,port,allowSparkContext,heartbeatInterval,killOnFatalError.depth,python.worker.log.details}
        spark.executor.heartbeat.{dropZeroAccumulatorUpdates,maxFailures}
        spark.executor.logs.rolling.{enableCompression,maxRetainedFiles,maxSize,size.maxBytes,strategy,time.interval}
        spark.executor.metrics.{fileSystemSchemes,pollingInterval} spark.executor.processTreeMetrics.enabled
        spark.task.{maxDirectResultSize,maxFailures} spark.task.reaper.{enabled,killTimeout,pollingInterval,threadDump}
        spark.resources.warnings.testing spark.memory.{fraction,storageFraction}"""),
)  # fmt: skip
# Not in 3.5: the version that added it (Spark 4.0 configuration).
SINCE_SPARK_4 = {f"spark.{role}.minMemoryOverhead": (4, 0, 0) for role in ("driver", "executor")}
_CHOICE = re.compile(r"\{([^{}]*)\}")


@cache
def effects() -> Mapping[str, Effect]:
    """Returns the effects by the name of an entry of Spark 3.5, or by the start of a family's names, which ends with a
    dot."""
    return {name: effect for effect, names in _GROUPS for one in names.split() for name in _expanded(one)}


@cache
def names_that_matter() -> frozenset[str]:
    """Returns the names, and starts of names, that a plan reads or warns about."""
    return frozenset(name for name, one in effects().items() if one.how != "none") | set(SINCE_SPARK_4)


def effect_of(name: str) -> Effect | None:
    """Returns the effect of a property; None for one that Spark does not have or that does not affect pods."""
    known = effects()
    if name in known:
        return known[name]
    parts = name.split(".")
    families = (".".join(parts[:end]) + "." for end in range(len(parts) - 1, 1, -1))
    return next((known[family] for family in families if family in known), None)


def _expanded(name: str) -> Iterator[str]:
    choice = _CHOICE.search(name)
    if not choice:
        yield name
        return
    for one in choice[1].split(","):
        yield from _expanded(f"{name[: choice.start()]}{one}{name[choice.end() :]}")
