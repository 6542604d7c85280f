import TesseraProtocol
import Testing

@testable import TesseraServer

@Suite struct ServiceReportTests {
  private func reports(_ socket: DatagramSocket, watchdog: Bool = true) throws -> ServiceReports {
    var environment = ["NOTIFY_SOCKET": socket.name]
    if watchdog { environment["WATCHDOG_USEC"] = "30000000" }
    return ServiceReports(try #require(try ServiceNotifier(environment: environment, process: 1)))
  }

  /// Fills a socket that nobody reads.
  private func fill(_ socket: DatagramSocket) throws {
    let notifier = try #require(try ServiceNotifier(environment: ["NOTIFY_SOCKET": socket.name], process: 1))
    while notifier.send(["STATUS=before"]) {}
  }

  @Test func onlyAHangIsNoSignOfLife() throws {
    let socket = try DatagramSocket(isAbstract: true)
    let reports = try reports(socket)
    for readiness in [Readiness.ready, .notReady(.failing(.modelFault), model: "street"), .notReady(.draining)] {
      reports.repeat(readiness)
    }
    #expect(socket.messages == [String](repeating: "WATCHDOG=1", count: 3))
    reports.repeat(.notReady(.starting))
    reports.repeat(.notReady(.late, model: "street"))
    #expect(socket.messages.count == 3)
  }

  @Test func whatGetsLostIsToldAgainUnlessMoreHasHappened() throws {
    let socket = try DatagramSocket(isAbstract: true)
    let reports = try reports(socket, watchdog: false)
    try fill(socket)
    reports.tell(.notReady(.starting, model: "street"))
    reports.tell(.ready)
    reports.repeat(.ready)
    let before = socket.messages.count
    #expect(socket.messages.allSatisfy { $0 == "STATUS=before" })
    reports.repeat(.ready)
    reports.repeat(.ready)
    #expect(socket.messages.dropFirst(before) == ["READY=1\nSTATUS=ready"])
  }

  @Test func aServerWhoseReadinessGotLostIsReadyAllTheSame() async throws {
    let socket = try DatagramSocket(isAbstract: true)
    try fill(socket)
    let notifier = try ServiceNotifier(environment: ["NOTIFY_SOCKET": socket.name], process: 1)
    _ = try await withServer(FakeService(), { $0.notifier = notifier }) { server, _ in
      _ = try await server.ready()
      #expect(try await eventually { socket.messages.last == "READY=1\nSTATUS=ready" })
    }
  }
}
