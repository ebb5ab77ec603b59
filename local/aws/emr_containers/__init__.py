"""The EMR on EKS service: virtual clusters, job templates and job runs that a `JobRunner` carries out."""
