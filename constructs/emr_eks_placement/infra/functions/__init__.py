"""The code of the package's own Lambda functions. Each folder is a package that imports only modules of AWS's runtime."""
