import NIOCore
import Synchronization
import TesseraClient
import TesseraProtocol
import Testing

@testable import TesseraServer

@Suite struct AdminTests {
  @Test func probesAnswer() async throws {
    _ = try await withServer(FakeService(), withAdmin) { server, _ in
      let live = try await AdminPage.get("/livez", of: server)
      #expect(live.status == 200 && live.body == "live\n")
      let ready = try await AdminPage.get("/readyz?verbose", of: server)
      #expect(ready.status == 200 && ready.body == "ready\n")
      for page in [live, ready] {
        #expect(page.headers["connection"] == "close")
        #expect(page.headers["content-length"] == "\(page.body.utf8.count)")
        #expect(page.headers["content-type"] == "text/plain; charset=utf-8")
      }
    }
  }

  @Test(arguments: ["/", "/metricsx", "/livez/", "//livez", "*", "/../etc/passwd", "/metrics%00"])
  func otherPagesDoNotExist(_ path: String) async throws {
    _ = try await withServer(FakeService(), withAdmin) { server, _ in
      let page = try await AdminPage.get(path, of: server)
      #expect(page.status == 404)
    }
  }

  @Test(arguments: ["/livez", "/readyz", "/metrics", "/other"])
  func headIsAnsweredAsGetWithoutItsBody(_ path: String) async throws {
    _ = try await withServer(FakeService(), withAdmin) { server, _ in
      let port = try #require(await server.adminAddress).port
      let page = try await AdminPage.get(path, of: server)
      let head = try #require(try await AdminPage.ask("HEAD \(path) HTTP/1.1\r\nHost: x\r\n\r\n", port: port))
      #expect(head.status == page.status && head.body.isEmpty)
      #expect(head.headers["content-type"] == page.headers["content-type"])
      #expect(head.headers["content-length"].flatMap { Int($0) }.map { $0 > 0 } == true)
    }
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS"])
  func otherMethodsAreNotAllowed(_ method: String) async throws {
    _ = try await withServer(FakeService(), withAdmin) { server, _ in
      let port = try #require(await server.adminAddress).port
      let request = "\(method) /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
      let page = try #require(try await AdminPage.ask(request, port: port))
      #expect(page.status == 405)
      #expect(page.headers["allow"] == "GET, HEAD")
    }
  }

  @Test func whatIsNoRequestIsToldSo() async throws {
    _ = try await withServer(FakeService(), withAdmin) { server, _ in
      let port = try #require(await server.adminAddress).port
      for request in ["\u{16}\u{3}\u{1}\u{0}nonsense\r\n\r\n", "GET /livez HTTP/9.9\r\n\r\n"] {
        let page = try await AdminPage.ask(request, port: port)
        #expect(page?.status == 400, "\(request)")
      }
      #expect(try await AdminPage.get("/livez", of: server).status == 200)
    }
  }

  @Test func longRequestsAreRefused() async throws {
    _ = try await withServer(FakeService(), withAdmin) { server, _ in
      let port = try #require(await server.adminAddress).port
      let line = "X-Long: \(String(repeating: "y", count: 100))\r\n"
      for filler in [String(repeating: line, count: 100), "X: " + String(repeating: "z", count: 9000)] {
        let page = try await AdminPage.ask("GET /livez HTTP/1.1\r\n\(filler)", port: port)
        #expect(page?.status == 431)
      }
      let fits = "GET /livez HTTP/1.1\r\n\(String(repeating: line, count: 70))\r\n"
      #expect(try await AdminPage.ask(fits, port: port)?.status == 200)
      // A body is bounded with the rest, and answered before it is there.
      let body = "POST /livez HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n" + String(repeating: "b", count: 20_000)
      #expect(try await AdminPage.ask(body, port: port)?.status == 405)
    }
  }

  @Test func slowRequestsAreCutOff() async throws {
    let configure: (inout Server.Configuration) -> Void = {
      withAdmin(&$0)
      $0.adminTimes.head = .milliseconds(150)
      $0.adminTimes.answer = .milliseconds(150)
    }
    _ = try await withServer(FakeService(), configure) { server, _ in
      let port = try #require(await server.adminAddress).port
      let start = ContinuousClock.now
      let connection = try await RawConnection.open(port)
      async let answer = connection.readToEnd()
      for byte in Array("GET /livez HTTP/1.1\r\nX: ".utf8) + [UInt8](repeating: 121, count: 200) {
        connection.sendLater([byte])
        if start.duration(to: .now) > .milliseconds(400) { break }
        try await Task.sleep(for: .milliseconds(5))
      }
      #expect(await answer.readableBytes == 0)
      #expect(start.duration(to: .now) >= .milliseconds(140))
      await connection.close()
      // Neither does one stay that has its answer and never closes.
      let idle = try await RawConnection.open(port)
      try await idle.send(Array("GET /livez HTTP/1.1\r\n\r\n".utf8))
      #expect(await idle.readToEnd().readableBytes > 0)
      try await Task.sleep(for: .milliseconds(300))
      await #expect(throws: (any Error).self) {
        for _ in 0..<20 {
          try await idle.send([1])
          try await Task.sleep(for: .milliseconds(10))
        }
      }
      await idle.close()
    }
  }

  @Test func whoHoldsEveryPlaceKeepsNoProbeOut() async throws {
    let configure: (inout Server.Configuration) -> Void = {
      withAdmin(&$0)
      $0.adminTimes.head = .seconds(60)
    }
    _ = try await withServer(FakeService(), configure) { server, _ in
      let port = try #require(await server.adminAddress).port
      var silent: [RawConnection] = []
      for _ in 0..<40 { silent.append(try await RawConnection.open(port)) }
      #expect(try await AdminPage.get("/livez", of: server).status == 200)
      // The oldest had to go, and no more than had to.
      for connection in silent.prefix(25) { #expect(await connection.readToEnd().readableBytes == 0) }
      let last = try #require(silent.last)
      try await last.send(Array("GET /livez HTTP/1.1\r\n\r\n".utf8))
      #expect(await last.readToEnd().readableBytes > 0)
      for connection in silent { await connection.close() }
    }
  }

  @Test func metricsAreShownAgainForAWhile() {
    let start = ContinuousClock.now
    let number = Mutex(0)
    let text = RecentText(age: .seconds(1)) { "\(number.withLock { $0 += 1; return $0 })" }
    #expect([0, 500, 999, 1000, 1500].map { text.read(now: start + .milliseconds($0)) } == ["1", "1", "1", "2", "2"])
  }

  @Test func otherMachinesAreKeptOut() async throws {
    var configuration = Server.Configuration()
    configuration.port = 0
    configuration.admin = ListenAddress(host: "0.0.0.0", port: 0)
    let server = Server(configuration, service: FakeService(), logger: quiet)
    await #expect(throws: ServerError.adminReachable(host: "0.0.0.0")) { try await server.run() }
  }

  @Test func aPortInUseIsToldByItsNumber() async throws {
    _ = try await withServer(FakeService(), withAdmin) { server, _ in
      let taken = try #require(await server.adminAddress)
      var configuration = Server.Configuration()
      configuration.port = 0
      configuration.admin = taken
      let second = Server(configuration, service: FakeService(), logger: quiet)
      await #expect(throws: ServerError.portInUse(host: "127.0.0.1", port: taken.port)) { try await second.run() }
    }
  }

  @Test func withoutTheOptionThereIsNone() async throws {
    _ = try await withServer(FakeService()) { server, _ in
      let address = await server.adminAddress
      #expect(address == nil)
    }
  }

  @Test func aDrainIsToldWhileItLasts() async throws {
    let valve = Valve(isOpen: false)
    _ = try await withServer(FakeService { _ in await valve.pass() }, withAdmin) { server, address in
      var frames = RawFrames()
      let raw = try await RawConnection.open(address.port)
      try await raw.send(frames.hello() + frames.request(1, picture(1)))
      #expect(
        try await eventually {
          try await AdminPage.get("/metrics", of: server).value("tessera_requests_in_flight") == 1
        })
      server.beginDrain()
      #expect(try await eventually { try await AdminPage.get("/readyz", of: server).status == 503 })
      #expect(try await AdminPage.get("/readyz", of: server).body == "not ready: draining\n")
      #expect(try await AdminPage.get("/livez", of: server).status == 200)
      valve.open()
      _ = await raw.readToEnd()
      await raw.close()
    }
  }
}
