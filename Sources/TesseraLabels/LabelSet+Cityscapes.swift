extension LabelSet {
  /// The nineteen classes of Cityscapes in files named `…_labelTrainIds.png`: ids 0 to 18, void 255.
  ///
  /// Source: `labels.py` of the Cityscapes scripts.
  public static let cityscapes = LabelSet(preset: cityscapesClasses, voidIDs: [255])

  /// The nineteen classes of Cityscapes in files named `…_labelIds.png`: ids 0 to 33, of which fifteen are void.
  ///
  /// Source: `labels.py` of the Cityscapes scripts.
  public static let cityscapesLabelIDs: LabelSet = {
    let idsInClassOrder = [7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33]
    var meanings = Dictionary(uniqueKeysWithValues: (0...33).map { ($0, Label.void) })
    for (index, id) in idsInClassOrder.enumerated() { meanings[id] = .index(index) }
    return LabelSet(preset: cityscapesClasses, meanings: meanings)
  }()

  private static let cityscapesClasses = [
    LabelClass(name: "road", color: Color(red: 128, green: 64, blue: 128)),
    LabelClass(name: "sidewalk", color: Color(red: 244, green: 35, blue: 232)),
    LabelClass(name: "building", color: Color(red: 70, green: 70, blue: 70)),
    LabelClass(name: "wall", color: Color(red: 102, green: 102, blue: 156)),
    LabelClass(name: "fence", color: Color(red: 190, green: 153, blue: 153)),
    LabelClass(name: "pole", color: Color(red: 153, green: 153, blue: 153)),
    LabelClass(name: "traffic light", color: Color(red: 250, green: 170, blue: 30)),
    LabelClass(name: "traffic sign", color: Color(red: 220, green: 220, blue: 0)),
    LabelClass(name: "vegetation", color: Color(red: 107, green: 142, blue: 35)),
    LabelClass(name: "terrain", color: Color(red: 152, green: 251, blue: 152)),
    LabelClass(name: "sky", color: Color(red: 70, green: 130, blue: 180)),
    LabelClass(name: "person", color: Color(red: 220, green: 20, blue: 60)),
    LabelClass(name: "rider", color: Color(red: 255, green: 0, blue: 0)),
    LabelClass(name: "car", color: Color(red: 0, green: 0, blue: 142)),
    LabelClass(name: "truck", color: Color(red: 0, green: 0, blue: 70)),
    LabelClass(name: "bus", color: Color(red: 0, green: 60, blue: 100)),
    LabelClass(name: "train", color: Color(red: 0, green: 80, blue: 100)),
    LabelClass(name: "motorcycle", color: Color(red: 0, green: 0, blue: 230)),
    LabelClass(name: "bicycle", color: Color(red: 119, green: 11, blue: 32)),
  ]
}
