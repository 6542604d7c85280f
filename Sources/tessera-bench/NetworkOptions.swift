import ArgumentParser
import TesseraModels
import TesseraTensor

/// Which segmenter is measured, and how its maps are stored.
struct NetworkOptions: ParsableArguments {
  @Option(help: "Network: unetW with a width W of 1 to 1024, lraspp, farabet or dilated8.") var net = "unet32"
  @OptionGroup var format: PrecisionOptions

  func validate() throws { try Self.requireArchitecture(named: net) }

  /// Refuses names of no segmenter.
  static func requireArchitecture(named net: String) throws {
    guard architecture(named: net) != nil else {
      throw ValidationError(
        "--net \(net): known are unetW with a width of 1 to 1024, such as unet32, lraspp, farabet and dilated8")
    }
  }

  /// The precision as a word, for a line of results.
  var precision: String { format.precision.rawValue }

  /// The segmenter that ``net`` names; nil for other names.
  var architecture: Architecture? { Self.architecture(named: net) }

  /// The segmenter of a name such as unet32 or lraspp; nil for other names.
  static func architecture(named name: String) -> Architecture? {
    guard name.hasPrefix("unet") else { return Architecture.Family(rawValue: name).map { Architecture($0) } }
    guard let width = Int(name.dropFirst(4)), (1...1024).contains(width) else { return nil }
    return .unet(width: width)
  }
}
