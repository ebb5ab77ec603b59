"""The code of the package's own Lambda functions: each folder is a package that imports nothing but AWS's runtime."""
