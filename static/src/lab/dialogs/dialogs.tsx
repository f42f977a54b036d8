import { SavePicture } from '../export/dialog';
import { Search } from '../inspect/causes/search';
import { Share } from '../share/dialog';
import { dialog } from '../state';
import { Call } from './call';
import { Edit } from './edit';
import { Forge } from './forge';
import { HostActions } from './hostactions';
import { Keys } from './keylist';

export function Dialogs() {
  switch (dialog.value) {
    case 'keys':
      return <Keys />;
    case 'edit':
      return <Edit />;
    case 'forge':
      return <Forge />;
    case 'call':
      return <Call />;
    case 'host':
      return <HostActions />;
    case 'picture':
      return <SavePicture />;
    case 'search':
      return <Search />;
    case 'share':
      return <Share />;
    default:
      return null;
  }
}
