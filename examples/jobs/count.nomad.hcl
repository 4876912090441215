# A batch job that counts to three and ends.
job "count" {
  type = "batch"

  group "numbers" {
    count = 2

    task "count" {
      driver = "raw_exec"

      config {
        command = "/bin/sh"
        args    = ["-c", "for i in 1 2 3; do echo \"$i from $NOMAD_ALLOC_NAME\"; sleep 0.2; done"]
      }

      resources {
        cpu    = 50
        memory = 32
      }
    }
  }
}
