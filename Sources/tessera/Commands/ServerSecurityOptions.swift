import ArgumentParser
import TesseraCredentials
import TesseraServer

/// What protects a server: the options of `tessera serve` for TLS, tokens and addresses.
struct ServerSecurityOptions: ParsableArguments {
  @Option(help: "The server's certificate, PEM, with those that lead to its authority: TLS 1.3.")
  var tlsCertificate: String?
  @Option(help: "The certificate's private key, PEM, not readable by other users.") var tlsKey: String?
  @Option(help: "Mutual TLS: PEM of the authorities whose certificates clients must show.") var tlsClientCa: String?
  @Option(help: "File of the clients that tokens let in, a line of `tessera token` each.") var tokens: String?
  @Flag(help: "Listen where other machines reach the server although TLS or authentication is missing.")
  var insecure = false
  @Flag(help: "Demand a PROXY header (version 1 or 2) before each connection, and believe it.")
  var proxyProtocol = false

  /// The options by their names, for `OptionLayers`.
  var flags: [(option: String, value: String?)] {
    [
      ("tls-certificate", tlsCertificate), ("tls-key", tlsKey), ("tls-client-ca", tlsClientCa), ("tokens", tokens),
      ("insecure", insecure ? "true" : nil), ("proxy-protocol", proxyProtocol ? "true" : nil),
    ]
  }

  /// Takes what the layers of options say into a server's configuration.
  static func apply(
    _ options: OptionLayers, to configuration: inout Server.Configuration
  ) throws(OptionError) {
    switch (options["tls-certificate"], options["tls-key"]) {
    case (let certificate?, let key?):
      configuration.tls = Server.TLS(
        CertificateFiles(certificate: certificate, key: key), clientAuthority: options["tls-client-ca"])
    case (.some, nil): throw options.error("tls-certificate", remedy: "give its private key as well (--tls-key)")
    case (nil, .some): throw options.error("tls-key", remedy: "give its certificate as well (--tls-certificate)")
    case (nil, nil):
      if options["tls-client-ca"] != nil {
        throw options.error("tls-client-ca", remedy: "give the server's own --tls-certificate and --tls-key as well")
      }
    }
    configuration.tokenFile = options["tokens"]
    configuration.acceptsInsecureAddress = try truth("insecure", options)
    configuration.expectsProxyHeader = try truth("proxy-protocol", options)
  }

  private static func truth(_ option: String, _ options: OptionLayers) throws(OptionError) -> Bool {
    switch options[option] {
    case "true": true
    case "false", nil: false
    default: throw options.error(option, remedy: "give true or false")
    }
  }
}
