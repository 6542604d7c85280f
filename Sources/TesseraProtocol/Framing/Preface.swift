/// The client's first 8 bytes.
///
/// The first is neither ASCII nor a TLS record, so HTTP and TLS on the wrong port show at once; CR LF, 0x1A and LF
/// expose a text-mode transport.
package enum Preface {
  package static let bytes: [UInt8] = [0x89, 0x54, 0x53, 0x50, 0x0d, 0x0a, 0x1a, 0x0a]
}
