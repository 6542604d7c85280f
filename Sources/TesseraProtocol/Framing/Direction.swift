/// Which way a frame travels; bit 7 of its type.
package enum Direction: Hashable, Sendable {
  case clientToServer
  case serverToClient
}
