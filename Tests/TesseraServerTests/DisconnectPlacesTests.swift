import TesseraClient
import TesseraProtocol
import TesseraServer
import Testing

/// Clients that go away anywhere in an exchange, in any way: nothing is kept for them, and nobody else notices.
@Suite struct DisconnectPlacesTests {
  /// How far a client comes.
  private enum Place: CaseIterable {
    case connected, insidePreface, insideHello, greeted, insideOpen, opened, insideData, computing, answering
  }

  private enum Departure: CaseIterable {
    /// It ends its direction and stays.
    case end
    case reset
    case close
  }

  /// Sends what brings a client there.
  private func go(to place: Place, _ raw: RawConnection) async throws {
    var frames = RawFrames()
    let hello = frames.hello()
    let request = place == .answering ? frames.largeRequest(1) : frames.request(1, picture(1))
    // OPEN and the header of DATA.
    let (open, header) = (97, 32)
    let bytes: [UInt8] =
      switch place {
      case .connected: []
      case .insidePreface: Array(hello.prefix(5))
      case .insideHello: Array(hello.dropLast())
      case .greeted: hello
      case .insideOpen: hello + request.prefix(open - 1)
      case .opened: hello + request.prefix(open)
      case .insideData: hello + request.prefix(open + header + 1)
      case .computing, .answering: hello + request
      }
    if !bytes.isEmpty { try await raw.send(bytes) }
  }

  @Test func nothingIsLeftAndOthersAreAnswered() async throws {
    let valve = Valve(isOpen: false)
    let service = FakeService(classes: 40) { request in
      if request.image.bytes == picture(1) { await valve.pass() }
    }
    var departures = 0
    _ = try await withServer(
      service,
      {
        // One place that is kept would be missed at once, as would the bytes of one large answer.
        $0.queueRequests = 1
        $0.queueBytes = 10 << 20
        $0.limits.writeStall = .milliseconds(300)
      }
    ) { server, address in
      try await withClient(host: address.host, port: address.port) { other in
        for place in Place.allCases {
          for departure in Departure.allCases {
            let raw = try await RawConnection.open(address.port, reads: place != .answering)
            #expect(try await eventually { server.connectionCount == 2 })
            let calls = service.calls
            try await go(to: place, raw)
            if place == .computing || place == .answering {
              #expect(try await eventually { service.calls == calls + 1 }, "\(place)")
            } else {
              try await Task.sleep(for: .milliseconds(10))
            }
            switch departure {
            case .end: try await raw.endInput()
            case .reset: try await raw.reset()
            case .close: await raw.close()
            }
            valve.open()
            #expect(try await eventually { server.connectionCount == 1 }, "\(place), \(departure)")
            await raw.close()
            let isRight = try await eventually { (try? await other.segmentPicture(2)) == true }
            #expect(isRight, "\(place), \(departure)")
            valve.close()
            departures += 1
          }
        }
      }
    }
    #expect(departures == 27)
  }
}
