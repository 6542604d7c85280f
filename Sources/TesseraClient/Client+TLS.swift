public import TesseraCredentials

extension Client {
  /// How a connection is encrypted; the server's certificate and name are verified, always.
  public typealias TLS = ClientTLS
}
