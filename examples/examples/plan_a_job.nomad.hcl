job "web" {
  group "api" {
    count = 3

    task "srv" {
      driver = "exec"

      config {
        command = "/bin/web"
      }

      resources {
        cpu    = 500
        memory = 600
      }
    }
  }
}
