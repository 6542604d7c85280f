import ArgumentParser
import TesseraModels
import TesseraTensor

/// Which segmenter is measured, and how its maps are stored.
struct NetworkOptions: ParsableArguments {
  @Option(help: "Network: unetW with a width W of 1 to 1024, or lraspp.") var net = "unet32"
  @Option(help: "Number format: f32.") var precision = Precision.f32.rawValue

  /// The number formats that networks compute in: every benchmark takes these.
  private static let precisions: [Precision] = Precision.allCases

  func validate() throws {
    guard Self.architecture(named: net) != nil else {
      throw ValidationError("--net \(net): known are unetW with a width of 1 to 1024, such as unet32, and lraspp")
    }
    guard Self.precisions.contains(where: { $0.rawValue == precision }) else {
      let known = Self.precisions.map(\.rawValue).joined(separator: " and ")
      throw ValidationError("--precision \(precision): known is \(known)")
    }
  }

  /// The segmenter that ``net`` names; nil for other names.
  var architecture: Architecture? { Self.architecture(named: net) }

  /// The segmenter of a name such as unet32 or lraspp; nil for other names.
  static func architecture(named name: String) -> Architecture? {
    guard name.hasPrefix("unet") else { return name == Architecture.Family.lraspp.rawValue ? .lraspp : nil }
    guard let width = Int(name.dropFirst(4)), (1...1024).contains(width) else { return nil }
    return .unet(width: width)
  }
}
