# A job is what Nomad is asked to run. It consists of groups, and a group of
# tasks that always run together on one node.
job "example" {
  # Where the job may run. "*" means every datacenter.
  datacenters = ["*"]

  # A service runs until it is stopped; a batch job runs until it is done; a
  # system job runs on every node.
  type = "service"

  # The server starts instances of a group, "count" of them, and replaces
  # those that are lost.
  group "cache" {
    count = 1

    # A port that the scheduler picks on the node; "to" is the port inside of
    # the task's network.
    network {
      port "db" {
        to = 6379
      }
    }

    # Other jobs find the group by this name.
    service {
      name     = "redis-cache"
      tags     = ["global", "cache"]
      port     = "db"
      provider = "nomad"
    }

    # What happens on the node when a task fails: up to two restarts within
    # half an hour, then the allocation is given up and rescheduled elsewhere.
    restart {
      attempts = 2
      interval = "30m"
      delay    = "15s"
      mode     = "fail"
    }

    # How a new version replaces the old one: one instance at a time, each
    # healthy for ten seconds before the next.
    update {
      max_parallel      = 1
      min_healthy_time  = "10s"
      healthy_deadline  = "3m"
      progress_deadline = "10m"
      auto_revert       = false
      canary            = 0
    }

    # How instances leave a node that is drained.
    migrate {
      max_parallel     = 1
      min_healthy_time = "10s"
      healthy_deadline = "5m"
    }

    # A task is one process or container.
    task "redis" {
      driver = "docker"

      config {
        image          = "redis:7"
        ports          = ["db"]
        auth_soft_fail = true
      }

      # A token with which the task proves who it is.
      identity {
        env  = true
        file = true
      }

      # MHz of processor and MiB of memory that the task gets.
      resources {
        cpu    = 500
        memory = 256
      }
    }
  }

  # Shown in the web UI.
  ui {
    description = "An example job"
    link {
      label = "Documentation"
      url   = "https://developer.hashicorp.com/nomad/docs/job-specification"
    }
  }
}
