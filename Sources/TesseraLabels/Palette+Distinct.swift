extension Palette {
  /// Colours that are easy to tell apart, the same for every call; black is void.
  ///
  /// Each colour is the one of an 8×8×8 grid that lies farthest from those before it, and from black and white. So
  /// the palette of few classes is the beginning of the palette of many. From 256 classes on, which is more than
  /// anybody can tell apart and than a palette PNG holds, further colours are only unequal to all before.
  ///
  /// - Precondition: `count` lies in `0...LabelMap.maximumClassCount`.
  public static func distinct(count: Int) -> Palette {
    precondition((0...LabelMap.maximumClassCount).contains(count), "Palette: \(count) classes")
    var colors = Array(farthestFirst.prefix(count))
    var taken = Set(colors).union([.black, .white])
    var index = 1
    while colors.count < count {
      let color = Color(pascalVOCIndex: index)
      if taken.insert(color).inserted { colors.append(color) }
      index += 1
    }
    return Palette(colors: colors, void: .black)
  }

  private static let farthestFirst: [Color] = {
    let levels = (0..<8).map { UInt8($0 * 255 / 7) }
    let grid = levels.flatMap { red in
      levels.flatMap { green in levels.map { Color(red: red, green: green, blue: $0) } }
    }
    var distances = grid.map { min($0.squaredDistance(to: .black), $0.squaredDistance(to: .white)) }
    var chosen: [Color] = []
    while chosen.count < 256 {
      var farthest = 0
      for index in grid.indices where distances[index] > distances[farthest] { farthest = index }
      chosen.append(grid[farthest])
      for index in grid.indices {
        distances[index] = min(distances[index], grid[index].squaredDistance(to: grid[farthest]))
      }
    }
    return chosen
  }()
}

extension Color {
  /// How different two colours look: the squared distance in sRGB, weighted by the mean red.
  ///
  /// Source: Thiadmer Riemersma, "Colour metric", CompuPhase.
  func squaredDistance(to other: Color) -> Int {
    let mean = (Int(red) + Int(other.red)) / 2
    let (red, green, blue) = (
      Int(red) - Int(other.red), Int(green) - Int(other.green), Int(blue) - Int(other.blue)
    )
    return ((512 + mean) * red * red + 1024 * green * green + (767 - mean) * blue * blue) / 256
  }
}
