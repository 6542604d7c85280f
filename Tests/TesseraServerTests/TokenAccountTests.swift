import NIOCore
import TesseraCredentials
import TesseraProtocol
import Testing

@testable import TesseraServer

@Suite struct TokenAccountTests {
  private let start = ContinuousClock.now

  private func account(inflight: Int? = nil, rate: Int? = nil) -> TokenAccount {
    TokenAccount(TokenEntry(name: "a", digest: .zero, inflight: inflight, rate: rate))
  }

  private func isAdmitted(_ account: TokenAccount, after time: Duration) -> Bool {
    (try? account.admit(now: start + time)) != nil
  }

  @Test func aRateAllowsASecondsWorthAtOnceAndThenItsPace() {
    let account = self.account(rate: 4)
    #expect((0..<4).allSatisfy { _ in isAdmitted(account, after: .zero) })
    #expect(!isAdmitted(account, after: .milliseconds(249)))
    #expect(isAdmitted(account, after: .milliseconds(250)))
    #expect(!isAdmitted(account, after: .milliseconds(499)))
    // Waiting longer saves up no more than a second's worth.
    #expect((0..<4).allSatisfy { _ in isAdmitted(account, after: .seconds(60)) })
    #expect(!isAdmitted(account, after: .seconds(60)))
  }

  @Test func theDelayIsTheTimeToTheNextPlace() throws {
    let account = self.account(rate: 1)
    #expect(isAdmitted(account, after: .zero))
    let error = try #require(throws: SegmentationError.self) { try account.admit(now: start + .milliseconds(300)) }
    #expect(error.retryAfter == .milliseconds(700))
    #expect(isAdmitted(account, after: .seconds(1)))
  }

  @Test func whatTheServerHasNoRoomForDoesNotCount() {
    let account = self.account(inflight: 1, rate: 1)
    #expect(isAdmitted(account, after: .zero))
    account.refund()
    #expect(isAdmitted(account, after: .zero))
    #expect(!isAdmitted(account, after: .seconds(5)))
    account.release()
    #expect(isAdmitted(account, after: .seconds(5)))
  }

  @Test func aNewEntryKeepsWhatIsOpen() {
    let account = self.account(inflight: 5)
    #expect(isAdmitted(account, after: .zero))
    account.adopt(TokenEntry(name: "a", digest: .zero, inflight: 1))
    #expect(!isAdmitted(account, after: .zero))
    account.release()
    #expect(isAdmitted(account, after: .zero))
  }
}

@Suite struct AddressLimitTests {
  private func site(_ address: String) throws -> AddressLimit.Site {
    try #require(AddressLimit.Site(try SocketAddress(ipAddress: address, port: 1)))
  }

  @Test func sitesAreAddressesOrSixtyFourBits() throws {
    #expect(try site("10.0.0.1") != site("10.0.0.2"))
    #expect(try site("::ffff:10.0.0.1") == site("10.0.0.1"))
    #expect(try site("2001:db8::1") == site("2001:db8::ffff:1"))
    #expect(try site("2001:db8:0:1::1") != site("2001:db8::1"))
    #expect(AddressLimit.Site(nil) == nil)
  }

  @Test func welcomeRefusedDropped() throws {
    let limit = AddressLimit(limit: 2)
    let (here, there) = (try site("10.0.0.1"), try site("10.0.0.2"))
    #expect((0..<5).map { _ in limit.enter(here) } == [.welcome, .welcome, .refused, .refused, .dropped])
    #expect(limit.enter(there) == .welcome)
    for _ in 0..<3 { limit.leave(here) }
    #expect(limit.enter(here) == .welcome)
    for _ in 0..<9 { limit.leave(here) }
    #expect((0..<3).map { _ in limit.enter(here) } == [.welcome, .welcome, .refused])
  }
}
