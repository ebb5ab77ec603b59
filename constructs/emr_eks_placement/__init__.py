"""Spark on EMR on EKS: where each pod of a job lands, said beforehand and made so."""
