import Testing

@testable import TesseraProtocol

@Suite struct DurationWireTests {
  @Test func roundsMillisecondsUp() {
    #expect(Duration.zero.wireMilliseconds == 0)
    #expect(Duration.nanoseconds(1).wireMilliseconds == 1)
    #expect(Duration.milliseconds(1500).wireMilliseconds == 1500)
  }

  @Test func roundsMicrosecondsDown() {
    #expect(Duration.nanoseconds(1999).wireMicroseconds == 1)
    #expect(Duration.seconds(2).wireMicroseconds == 2_000_000)
  }

  @Test func clampsWhatDoesNotFit() {
    #expect(Duration.seconds(-1).wireMilliseconds == 0)
    #expect(Duration.milliseconds(-1).wireMicroseconds == 0)
    #expect(Duration.seconds(Int64.max).wireMilliseconds == .max)
    #expect(Duration.seconds(Int64.max).wireMicroseconds == .max)
    #expect(Duration.seconds(5_000_000).wireMilliseconds == .max)
  }
}
