/// What a server wants to see before it takes requests.
package enum AuthenticationDemand: UInt8, Hashable, Sendable {
  /// Nothing.
  case none = 0
  /// A bearer token in AUTH.
  case token = 1
  /// Nothing more: the client's certificate said who it is.
  case certificate = 2
}
