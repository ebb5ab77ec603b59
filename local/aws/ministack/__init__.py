"""The only package that imports MiniStack or touches its private names.

`names` imports the modules, and every private name is reached as `names.<module>.<name>`, so that the contract test can
check each of them against the pinned version.
"""
