/// What lies at the top of the project, which is fixed.
enum LayoutRule {
  static func findings(names: [String]) -> [Finding] {
    let visible = Set(names.filter { !$0.hasPrefix(".") })
    let extra = visible.subtracting(Project.topLevel).subtracting(Project.ignored).sorted().map { name in
      Finding(
        path: name, line: 1, message: "no entry of the top level",
        remedy: "move it into one of Sources, Tests, Protocol and Samples")
    }
    let missing = Project.topLevel.subtracting(visible).sorted().map { name in
      Finding(path: name, line: 1, message: "missing at the top level", remedy: "every checkout has it: restore it")
    }
    return extra + missing
  }
}
