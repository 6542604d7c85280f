import TesseraLabels

/// The classes of procedural scenes, in index order.
enum SceneClass: Int, CaseIterable, Sendable {
  case sky, building, road, pavement, tree, pole, car, pedestrian

  /// The id that stands for void in the files of a procedural set.
  static let voidID = 255

  /// The colour in palettes, which has nothing to do with the colours of the images.
  var color: Color {
    switch self {
    case .sky: Color(red: 128, green: 190, blue: 230)
    case .building: Color(red: 128, green: 0, blue: 0)
    case .road: Color(red: 128, green: 64, blue: 128)
    case .pavement: Color(red: 210, green: 140, blue: 220)
    case .tree: Color(red: 60, green: 130, blue: 30)
    case .pole: Color(red: 230, green: 220, blue: 90)
    case .car: Color(red: 40, green: 40, blue: 170)
    case .pedestrian: Color(red: 230, green: 60, blue: 40)
    }
  }
}
