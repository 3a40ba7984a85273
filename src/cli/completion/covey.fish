# fish completion for covey
function __covey_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -e words[1]
    set -l current (commandline --current-token --cut-at-cursor)
    for line in (covey complete -- $words "$current" </dev/null 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path "$current"
            case ':folders'
                __fish_complete_directories "$current"
            case '*'
                echo $line
        end
    end
end
complete --command covey --no-files --arguments '(__covey_complete)'
