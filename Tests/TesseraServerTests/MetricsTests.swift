import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct MetricsTests {
  @Test func requestsAreCountedByOutcome() async throws {
    let service = FakeService { request throws(SegmentationError) in
      if request.width == 13 { throw SegmentationError(.modelFault) }
    }
    _ = try await withServer(service, withAdmin) { server, address in
      try await withClient(host: address.host, port: address.port) { client in
        for number in 0..<3 { try await client.expectAnswer(to: number) }
        _ = try await failure { () async throws(SegmentationError) in
          try await client.segment(.rgb8(picture(1, width: 13, height: 2)), width: 13, height: 2)
        }
        _ = try await failure { () async throws(SegmentationError) in
          try await client.segment(.rgb8(picture(1)), width: 16, height: 12, model: "other")
        }
        let page = try await AdminPage.get("/metrics", of: server)
        #expect(page.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        let requests = "tessera_requests_total"
        #expect(page.value(#"\#(requests){outcome="OK"}"#) == 3)
        #expect(page.value(#"\#(requests){outcome="MODEL_FAULT"}"#) == 1)
        #expect(page.value(#"\#(requests){outcome="UNKNOWN_MODEL"}"#) == 1)
        #expect(page.value(#"\#(requests){outcome="DIGEST"}"#) == 0)
        #expect(page.value(#"tessera_requests_refused_total{code="UNKNOWN_MODEL"}"#) == 1)
        #expect(page.value(#"tessera_requests_refused_total{code="MODEL_FAULT"}"#) == 0)
        #expect(page.value("tessera_connections") == 1)
        #expect(page.value("tessera_connections_accepted_total") == 1)
        #expect(page.value("tessera_request_duration_seconds_count") == 3)
        #expect(page.value("tessera_request_compute_seconds_sum").map { abs($0 - 0.003) < 1e-6 } == true)
        #expect(page.value(#"tessera_batch_size_bucket{le="1"}"#) == 3)
        #expect(page.value("tessera_received_bytes_total").map { $0 > 3 * 576 } == true)
        #expect(page.value("tessera_sent_bytes_total").map { $0 > 3 * 192 } == true)
        #expect(page.value("tessera_ready") == 1)
        #expect(page.value("tessera_queue_limit_requests") == 64)
        let digest = ContentDigest(of: [1, 2, 3])
        #expect(
          page.value(#"tessera_model_info{generation="3",model="fake",weights_sha256="\#(digest)"}"#) == 1)
        #expect(page.value("process_resident_memory_bytes").map { $0 > 1_048_576 } == true)
        #expect(page.value("process_open_fds").map { $0 > 3 && $0 < 10_000 } == true)
      }
    }
  }

  @Test func requestsWhoseConnectionEndsAreLost() async throws {
    let valve = Valve(isOpen: false)
    _ = try await withServer(FakeService { _ in await valve.pass() }, withAdmin) { server, address in
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      try await raw.send(
        frames.hello() + frames.request(1, picture(1)) + frames.request(2, picture(2), withData: false))
      #expect(
        try await eventually {
          try await AdminPage.get("/metrics", of: server).value("tessera_requests_in_flight") == 2
        })
      try await raw.reset()
      #expect(
        try await eventually {
          try await AdminPage.get("/metrics", of: server).value(#"tessera_requests_total{outcome="LOST"}"#) == 2
        })
      valve.open()
      #expect(
        try await eventually { try await AdminPage.get("/metrics", of: server).value("tessera_queue_bytes") == 0 })
    }
  }

  @Test func brokenConnectionsAreCountedByCode() async throws {
    _ = try await withServer(FakeService(), withAdmin) { server, address in
      let raw = try await RawConnection.open(address.port)
      try await raw.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
      _ = await raw.readToEnd()
      await raw.close()
      let page = try await AdminPage.get("/metrics", of: server)
      #expect(page.value(#"tessera_connection_errors_total{code="PROTOCOL"}"#) == 1)
    }
  }

  @Test func theTextIsThatOfTheFormat() async throws {
    _ = try await withServer(FakeService(), withAdmin) { server, _ in
      let text = try await AdminPage.get("/metrics", of: server).body
      #expect(text.hasSuffix("\n"))
      var helped: Set<Substring> = []
      var typed: Set<Substring> = []
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ", maxSplits: 3)
        if line.hasPrefix("# HELP ") {
          #expect(helped.insert(words[2]).inserted && words.count == 4, "\(line)")
        } else if line.hasPrefix("# TYPE ") {
          #expect(typed.insert(words[2]).inserted, "\(line)")
          #expect(["counter", "gauge", "histogram"].contains(words[3]), "\(line)")
          #expect(words[3] != "counter" || words[2].hasSuffix("_total"), "\(line)")
        } else {
          let sample = /([a-z_]+)(\{[a-z0-9_]+="[^"\\]*"(,[a-z0-9_]+="[^"\\]*")*\})? ([0-9.e+-]+|\+Inf)/
          let match = try #require(try sample.wholeMatch(in: line), "\(line)")
          let name = match.1
          #expect(
            typed.contains(name)
              || ["_bucket", "_sum", "_count"].contains {
                name.hasSuffix($0) && typed.contains(name.dropLast($0.count))
              },
            "\(line)")
        }
      }
      #expect(helped == typed && typed.count > 20)
      #expect(text.hasSuffix("metrics_dropped_total 0\n") || text.contains("\nmetrics_dropped_total 0\n"))
    }
  }
}
