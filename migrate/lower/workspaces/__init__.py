"""Files that jobs hand on: CircleCI's workspaces as Bitbucket's shared artifacts."""
