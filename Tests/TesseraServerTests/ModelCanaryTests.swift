import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

/// Canaries of several models, and of models that change.
@Suite struct ModelCanaryTests {
  /// A canary in a hurry, whose successes soon grow old, and the admin port.
  private func quick(_ configuration: inout Server.Configuration) {
    patient(&configuration)
    configuration.canary?.interval = .milliseconds(40)
    configuration.canary?.freshness = .milliseconds(500)
  }

  /// A canary that nothing makes go again and whose successes never grow old, however slow the machine is.
  private func patient(_ configuration: inout Server.Configuration) {
    withAdmin(&configuration)
    configuration.canary = Server.CanaryTimes()
    configuration.canary?.interval = .seconds(600)
    configuration.canary?.freshness = .seconds(6000)
  }

  private func isReady(_ server: Server) async throws -> Bool {
    try await AdminPage.get("/readyz", of: server).status == 200
  }

  @Test("a server is ready when each of its models has answered")
  func everyModelHasItsTurn() async throws {
    let valve = Valve(isOpen: false)
    let slow = FakeSource("night") { generation in
      FakeService(name: "night", generation: generation) { _ in await valve.pass() }
    }
    _ = try await withServer(of: [FakeSource("street"), slow], patient) { server, address in
      let isProbed = try await eventually {
        try await AdminPage.get("/metrics", of: server)
          .value(#"tessera_canaries_total{model="street",outcome="OK"}"#) == 1
      }
      #expect(isProbed, "the first model has answered")
      #expect(try await !isReady(server))
      try await withClient(host: address.host, port: address.port) { client in
        let status = try await client.status()
        #expect(status.state == .starting && status.reason == .starting)
        #expect(status.models.map(\.name) == ["street", "night"])
      }
      valve.open()
      #expect(try await server.ready() == address)
      #expect(try await isReady(server))
      let page = try await AdminPage.get("/metrics", of: server)
      for name in ["street", "night"] {
        let digest = FakeService.digest(1)
        #expect(
          page.value(#"tessera_model_info{generation="1",model="\#(name)",weights_sha256="\#(digest)"}"#) == 1)
      }
    }
  }

  @Test("a server is ready no longer than each of its models answers")
  func oneModelThatHangs() async throws {
    let valve = Valve()
    let slow = FakeSource("night") { generation in
      FakeService(name: "night", generation: generation) { _ in await valve.pass() }
    }
    _ = try await withServer(of: [FakeSource("street"), slow], quick) { server, _ in
      _ = try await server.ready()
      valve.close()
      #expect(try await eventually { try await !isReady(server) })
      valve.open()
      #expect(try await eventually { try await isReady(server) })
    }
  }

  @Test("a model that fails is named and refused, and no other")
  func oneModelThatFails() async throws {
    let broken = FakeSource("night") { generation in
      FakeService(name: "night", generation: generation) { _ throws(SegmentationError) in
        if generation == 1 { throw SegmentationError(.modelFault, "broken") }
      }
    }
    _ = try await withServer(of: [FakeSource("street"), broken], patient) { server, address in
      let isTold = try await eventually {
        try await AdminPage.get("/readyz", of: server).body
          == "not ready: the canary inference of night fails with MODEL_FAULT\n"
      }
      #expect(isTold)
      try await withClient(host: address.host, port: address.port) { client in
        _ = try await client.segment(.rgb8(picture(1)), width: 16, height: 12)
        let refusal = try await failure { () async throws(SegmentationError) in
          try await client.segment(.rgb8(picture(1)), width: 16, height: 12, model: "night")
        }
        #expect(refusal.code == .notReady)
        let night = try await client.status(naming: "night")
        #expect(night.state == .starting && night.reason == .failing)
      }
      try await withClient(host: address.host, port: address.port) { client in
        let street = try await client.status(naming: "street")
        #expect(street.state == .ready && street.reason == .none)
      }
      let page = try await AdminPage.get("/metrics", of: server)
      #expect(page.value(#"tessera_canaries_total{model="night",outcome="MODEL_FAULT"}"#) == 1)
      #expect(page.value(#"tessera_canaries_total{model="street",outcome="MODEL_FAULT"}"#) == 0)
      #expect(page.value("tessera_ready") == 0)
      _ = await server.reload()
      #expect(try await server.ready() == address)
    }
  }

  @Test("a new generation is probed at once, and is ready meanwhile")
  func aGenerationThatTakesOver() async throws {
    let source = FakeSource()
    _ = try await withServer(of: [source], patient) { server, _ in
      _ = try await server.ready()
      let canaries = #"tessera_canaries_total{model="fake",outcome="OK"}"#
      #expect(try await AdminPage.get("/metrics", of: server).value(canaries) == 1)
      #expect(await server.reload().outcomes == ["fake": .replaced(generation: 2)])
      #expect(try await isReady(server))
      // Nothing but the new generation can be why.
      let isProbed = try await eventually {
        try await AdminPage.get("/metrics", of: server).value(canaries) == 2
      }
      #expect(isProbed)
      let page = try await AdminPage.get("/metrics", of: server).body
      #expect(page.contains("tessera_model_info{generation=\"2\""))
      #expect(!page.contains("tessera_model_info{generation=\"1\""))
      #expect(try await eventually { source.loaded == [2] }, "the canary keeps no generation loaded")
    }
  }
}
