import Foundation

extension FloatingPoint where Self: CVarArg {
  /// With a fixed number of digits after the point.
  package func decimal(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }
}
