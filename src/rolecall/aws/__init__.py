"""What a request is: SigV4, operation, IAM actions, resource ARNs, condition keys, error shapes."""
