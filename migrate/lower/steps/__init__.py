"""One room a step type; each lowers the calls of its step into the draft of a job."""
