internal import Synchronization
internal import TesseraCredentials
internal import TesseraProtocol

/// The clients that tokens let in.
final class TokenBook: Sendable {
  private struct Page {
    let digest: [UInt8]
    let account: TokenAccount
  }

  private let pages: Mutex<[Page]>

  init(_ list: TokenList) {
    pages = Mutex(list.entries.map { Page(digest: $0.digest.bytes, account: TokenAccount($0)) })
  }

  /// Takes another list; clients of both keep what they have open.
  ///
  /// Connections that are open stay so: a token is judged once.
  func replace(by list: TokenList) {
    pages.withLock { pages in
      let accounts = Dictionary(pages.map { ($0.account.name, $0.account) }) { first, _ in first }
      pages = list.entries.map { entry in
        let account = accounts[entry.name] ?? TokenAccount(entry)
        account.adopt(entry)
        return Page(digest: entry.digest.bytes, account: account)
      }
    }
  }

  /// Finds whose token this is, in a time that does not tell which, or how much of one was right.
  ///
  /// Digests are compared, not tokens, so lengths are equal; every one is compared to its end, whoever matched.
  func account(for token: [UInt8]) -> TokenAccount? {
    let digest = ContentDigest(of: token).bytes
    let pages = self.pages.withLock { $0 }
    var account: TokenAccount?
    for page in pages where Auth.matches(digest, page.digest) { account = page.account }
    return account
  }
}
