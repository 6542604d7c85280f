extension LabelSet {
  /// The eleven classes of CamVid as SegNet groups them, with SegNet's colours; the stored id 11 is void.
  ///
  /// Source: Badrinarayanan, Kendall and Cipolla, "SegNet", 2015, and its tutorial.
  public static let camVid: LabelSet = {
    let classes = [
      LabelClass(name: "Sky", color: Color(red: 128, green: 128, blue: 128)),
      LabelClass(name: "Building", color: Color(red: 128, green: 0, blue: 0)),
      LabelClass(name: "Pole", color: Color(red: 192, green: 192, blue: 128)),
      LabelClass(name: "Road", color: Color(red: 128, green: 64, blue: 128)),
      LabelClass(name: "Pavement", color: Color(red: 60, green: 40, blue: 222)),
      LabelClass(name: "Tree", color: Color(red: 128, green: 128, blue: 0)),
      LabelClass(name: "SignSymbol", color: Color(red: 192, green: 128, blue: 128)),
      LabelClass(name: "Fence", color: Color(red: 64, green: 64, blue: 128)),
      LabelClass(name: "Car", color: Color(red: 64, green: 0, blue: 128)),
      LabelClass(name: "Pedestrian", color: Color(red: 64, green: 64, blue: 0)),
      LabelClass(name: "Bicyclist", color: Color(red: 0, green: 128, blue: 192)),
    ]
    return LabelSet(preset: classes, voidIDs: [11])
  }()
}
