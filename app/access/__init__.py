"""Who may do what: who asks, which permissions a role has, and how somebody shows who they are."""
