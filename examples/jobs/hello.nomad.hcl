# A service with a port that needs nothing but /bin/sh.
job "hello" {
  type = "service"

  group "web" {
    count = 1

    network {
      port "http" {}
    }

    task "greet" {
      driver = "raw_exec"

      config {
        command = "/bin/sh"
        args    = ["-c", "echo hello from $NOMAD_ALLOC_NAME on port $NOMAD_PORT_http; while true; do sleep 2; echo still here; done"]
      }

      resources {
        cpu    = 50
        memory = 32
      }
    }
  }
}
