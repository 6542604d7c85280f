import Glibc
import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

@Suite struct PassedSocketTests {
  private func sockets(_ environment: [String: String]) throws(ServerError) -> PassedSockets {
    try PassedSockets(environment: environment, process: 42)
  }

  @Test func namesAndDescriptorsBelongTogether() throws {
    let named = try sockets(["LISTEN_PID": "42", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "tsp:other"])
    #expect(named.sockets.map(\.name) == ["tsp", "other"] && named.sockets.map(\.descriptor) == [3, 4])
    let unnamed = try sockets(["LISTEN_PID": "42", "LISTEN_FDS": "1"])
    #expect(unnamed.sockets.map(\.name) == ["unknown"])
  }

  @Test(
    arguments: [
      [:], ["LISTEN_PID": "42"], ["LISTEN_FDS": "1"], ["LISTEN_PID": "43", "LISTEN_FDS": "1"],
      ["LISTEN_PID": "42", "LISTEN_FDS": "0"], ["LISTEN_PID": "42", "LISTEN_FDS": "-1"],
      ["LISTEN_PID": "42", "LISTEN_FDS": "65"], ["LISTEN_PID": "42", "LISTEN_FDS": "1x"],
      ["LISTEN_PID": "42", "LISTEN_FDS": "01"], ["LISTEN_PID": "42", "LISTEN_FDS": "99999999999999999999"],
      ["LISTEN_PID": "42 ", "LISTEN_FDS": "1"], ["LISTEN_PID": "42", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "a"],
      ["LISTEN_PID": "42", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "a:b"],
    ] as [[String: String]])
  func whatDisagreesIsRefused(_ environment: [String: String]) throws {
    let error = #expect(throws: ServerError.self) { try sockets(environment) }
    guard case .serviceManager = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func oneSocketIsTakenByNameOrAlone() throws {
    let socket = try PassedSocket()
    defer { close(socket.descriptor) }
    let datagrams = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(datagrams) }
    let unbound = try PassedSocket(listens: false)
    defer { close(unbound.descriptor) }
    func passed(_ sockets: [(String, Int32)]) -> PassedSockets {
      PassedSockets(sockets.map { PassedSockets.Socket(name: $0.0, descriptor: $0.1) })
    }
    #expect(try passed([("a", socket.descriptor)]).listener() == socket.descriptor)
    #expect(fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    let both = passed([("a", datagrams), ("b", socket.descriptor)])
    #expect(try both.listener(named: "b") == socket.descriptor)
    let refused: [(PassedSockets, String?)] = [
      (both, nil), (both, "c"), (both, "a"), (passed([("a", unbound.descriptor)]), nil),
      (passed([("a", 99_999)]), nil), (passed([("a", STDIN_FILENO)]), nil),
    ]
    for (sockets, name) in refused {
      #expect(throws: ServerError.self) { try sockets.listener(named: name) }
    }
  }

  @Test func aServerTakesASocketOver() async throws {
    let socket = try PassedSocket()
    _ = try await withServer(FakeService(), socket: socket.descriptor) { _, address in
      #expect(address.port == socket.port)
      #expect(try socket.backlog == PassedSocket.mostBacklog, "what the service manager asked for is not cut")
      try await withClient(host: "127.0.0.1", port: socket.port) { try await $0.expectAnswer(to: 1) }
    }
  }

  @Test func aSocketThatOthersReachIsRefused() async throws {
    let socket = try PassedSocket(INADDR_ANY)
    defer { close(socket.descriptor) }
    let server = Server(service: FakeService(), socket: socket.descriptor, logger: quiet)
    let exposed = ServerError.unprotected(host: "0.0.0.0", lacksTLS: true, lacksAuthentication: true)
    await #expect(throws: exposed) { try await server.run() }
  }
}

@Suite struct ServiceNotifierTests {
  @Test func nobodyIsToldWhereNobodyListens() throws {
    #expect(try ServiceNotifier(environment: [:], process: 1) == nil)
    #expect(try ServiceNotifier(environment: ["NOTIFY_SOCKET": "", "WATCHDOG_USEC": "x"], process: 1) == nil)
  }

  @Test(arguments: [
    ["NOTIFY_SOCKET": "relative"], ["NOTIFY_SOCKET": "@"], ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 107)],
    ["NOTIFY_SOCKET": "/a\0b"], ["NOTIFY_SOCKET": "/a", "WATCHDOG_USEC": "soon"],
    ["NOTIFY_SOCKET": "/a", "WATCHDOG_USEC": "0"], ["NOTIFY_SOCKET": "/a", "WATCHDOG_USEC": "+5"],
  ])
  func whatNoServiceManagerSaysIsRefused(_ environment: [String: String]) {
    #expect(throws: ServerError.self) { try ServiceNotifier(environment: environment, process: 1) }
  }

  @Test func aWatchdogOfAnotherProcessIsNotOurs() throws {
    var environment = ["NOTIFY_SOCKET": "/a", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"]
    #expect(try ServiceNotifier(environment: environment, process: 7)?.watchdogInterval == .seconds(30))
    #expect(try ServiceNotifier(environment: environment, process: 8)?.watchdogInterval == nil)
    environment["WATCHDOG_PID"] = nil
    #expect(try ServiceNotifier(environment: environment, process: 8)?.watchdogInterval == .seconds(30))
  }

  @Test(arguments: [false, true])
  func messagesArrive(isAbstract: Bool) throws {
    let socket = try DatagramSocket(isAbstract: isAbstract)
    let notifier = try #require(try ServiceNotifier(environment: ["NOTIFY_SOCKET": socket.name], process: 1))
    #expect(notifier.send(["READY=1", "STATUS=ready"]))
    #expect(socket.messages == ["READY=1\nSTATUS=ready"])
  }

  @Test func aServiceManagerThatIsGoneOrDoesNotReadHoldsNothingUp() throws {
    let gone = try #require(
      try ServiceNotifier(environment: ["NOTIFY_SOCKET": "/nonexistent/tessera"], process: 1))
    #expect(!gone.send(["READY=1"]))
    let socket = try DatagramSocket(isAbstract: true)
    let notifier = try #require(try ServiceNotifier(environment: ["NOTIFY_SOCKET": socket.name], process: 1))
    let start = ContinuousClock.now
    var sent = 0
    while sent < 100_000, notifier.send(["WATCHDOG=1"]) { sent += 1 }
    #expect(sent < 100_000, "its buffer is full at some time")
    #expect(start.duration(to: .now) < .seconds(5))
  }

  @Test func aServersLifeIsTold() async throws {
    let socket = try DatagramSocket(isAbstract: true)
    let valve = Valve(isOpen: false)
    let environment = ["NOTIFY_SOCKET": socket.name, "WATCHDOG_USEC": "60000"]
    let notifier = try ServiceNotifier(environment: environment, process: 1)
    let configure: (inout Server.Configuration) -> Void = {
      $0.notifier = notifier
      $0.canary = Server.CanaryTimes()
      $0.canary?.interval = .milliseconds(40)
      $0.canary?.freshness = .milliseconds(500)
      $0.drain.lateRequests = .milliseconds(200)
    }
    let hangs = "STATUS=not ready: the canary inference of fake does not come back; a computation may hang"
    _ = try await withServer(FakeService { _ in await valve.pass() }, configure) { server, _ in
      #expect(try await eventually { !socket.messages.isEmpty })
      try await Task.sleep(for: .milliseconds(150))
      #expect(socket.messages.allSatisfy { $0.hasPrefix(Self.notReady) }, "\(socket.messages)")
      valve.open()
      _ = try await server.ready()
      #expect(try await eventually { socket.messages.count { $0 == "WATCHDOG=1" } >= 3 })
      valve.close()
      #expect(try await eventually { socket.messages.last { $0 != "WATCHDOG=1" } == hangs })
      let signs = socket.messages.count { $0 == "WATCHDOG=1" }
      try await Task.sleep(for: .milliseconds(150))
      #expect(socket.messages.count { $0 == "WATCHDOG=1" } == signs, "no sign of life while the model hangs")
      valve.open()
      #expect(try await eventually { socket.messages.last == "WATCHDOG=1" })
    }
    let messages = socket.messages
    let drain = try #require(messages.firstIndex(of: Self.stopping))
    #expect(messages.count > drain + 1, "a drain is a sign of life")
    #expect(messages[(drain + 1)...].allSatisfy { $0 == "WATCHDOG=1" }, "\(messages[drain...])")
    // A change is told once: READY=1 where the server was not ready before, and nowhere else.
    let changes = messages[..<drain].filter { $0 != "WATCHDOG=1" }
    #expect(changes.allSatisfy { $0 == Self.ready || $0.hasPrefix(Self.notReady) }, "\(changes)")
    #expect(zip(changes, changes.dropFirst()).allSatisfy { $0 != $1 }, "\(changes)")
    #expect(changes.count { $0 == Self.ready } >= 2, "\(changes)")
  }

  private static let notReady = "STATUS=not ready: "
  private static let ready = "READY=1\nSTATUS=ready"
  private static let stopping = "STOPPING=1\nSTATUS=draining"
}
