package import TesseraLabels

/// The colours of charts: told apart also by those who see no red or green.
///
/// Source: Okabe and Ito 2008, Color Universal Design.
package enum ChartColors {
  /// For what is given.
  package static let black = Color(red: 0, green: 0, blue: 0)
  /// For what is generated.
  package static let green = Color(red: 0, green: 158, blue: 115)
  /// For the discriminator.
  package static let blue = Color(red: 0, green: 114, blue: 178)
  /// For the generator's loss.
  package static let orange = Color(red: 213, green: 94, blue: 0)
  /// For what theory says.
  package static let purple = Color(red: 204, green: 121, blue: 167)

  static let paper = Color(red: 255, green: 255, blue: 255)
  static let axis = Color(red: 60, green: 60, blue: 60)
  static let grid = Color(red: 228, green: 228, blue: 228)
  static let arrow = Color(red: 150, green: 150, blue: 150)
}
